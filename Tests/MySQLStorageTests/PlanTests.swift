import EventStore
import MySQL
import SQL
import SQLStorage
import StorageConformance
import TestSupport
import Testing
import Values

@testable import MySQLStorage

@Suite(
    "Statements of a query on MariaDB", .serialized,
    .enabled(if: EngineDatabase.mysql.isThere, "\(EngineDatabase.comment)"))
struct PlanTests {
    static let text = TraitFilter("k", .equal, .text("v3"))

    /// The query shapes of the performance goals, and their neighbours.
    static let shapes: [(String, EventQuery)] = [
        ("by time", EventQuery()), ("latest first", EventQuery(order: .newestFirst)),
        ("from a time on", EventQuery(start: .hour(30), end: .hour(40))),
        ("a later page", EventQuery(after: EventPosition(generated: .hour(300), messageID: "x"))),
        ("by type", EventQuery(eventType: "type-2")),
        ("by project", EventQuery(visibility: .projectAndUnowned("p1"))),
        ("by project and user", EventQuery(visibility: .user("u", project: "p1"))),
        ("by one trait", EventQuery(traits: [text])),
        ("by trait and type", EventQuery(eventType: "type-3", traits: [text])),
        ("by a range", EventQuery(traits: [TraitFilter("n", .greater, .integer(5))])),
        ("by presence", EventQuery(having: TraitDescription(name: "k", type: .text))),
        ("by id", EventQuery(messageID: "id-7")), ("sorted by id", EventQuery(order: .idAscending)),
        ("from the last id", EventQuery(order: .idDescending)),
    ]

    @Test(
        "search by an index, sort nothing and open the partitions of their time only",
        arguments: [false, true])
    func plans(merged isMerged: Bool) async throws {
        try await withFilledDatabase(merged: isMerged) { database in
            let statements = try await StatementLog(database)
            for (name, query) in Self.shapes {
                try await statements.run { rows in
                    try await #expect(!Self.page(query, rows).isEmpty, "\(name)")
                }
                let plans = try await statements.plans()
                #expect(plans.contains { $0.key == "PRIMARY" }, "\(name)")
                for plan in plans {
                    #expect(plan.isIndexed, "\(name): \(plan)")
                    #expect(!plan.extra.contains("filesort"), "\(name): \(plan)")
                    if query.start != nil, plan.table == "e" {
                        #expect(plan.partitions == "p20200101", "\(name): \(plan)")
                    }
                }
            }
            try await statements.close()
        }
    }

    @Test(
        "read about as many rows as the page holds, however long the log is",
        arguments: [false, true])
    func readRows(merged isMerged: Bool) async throws {
        try await withFilledDatabase(merged: isMerged) { database in
            let statements = try await StatementLog(database)
            for (name, var query) in Self.shapes {
                query.limit = 10
                let before = try await statements.readRows()
                try await statements.run { rows in _ = try await Self.page(query, rows) }
                let count = try await statements.readRows() - before
                // Lists and their events, twice in a temporary table; 3,000 events are there.
                #expect(count < 700, "\(name)")
            }
            try await statements.close()
        }
    }

    private static func page(_ query: EventQuery, _ rows: EventRows) async throws -> [Event] {
        if let id = query.messageID {
            return [try await rows.event(messageID: id) { _ in true }].compactMap(\.self)
        }
        if query.order.sortsByTime {
            var search = EventSearch(query, rows: rows)
            return try await search?.page() ?? []
        }
        var search = IDSearch(query, rows: rows)
        return try await search.page()
    }

    /// 3,000 events, one in half an hour, over two months in partitions.
    ///
    /// - Parameter isMerged: the posting lists of days are made already.
    private func withFilledDatabase(
        merged isMerged: Bool, _ body: (TemporaryDatabase) async throws -> Void
    ) async throws {
        try await withTemporaryDatabase { database in
            let options = ServerStoreOptions(
                partitions: .month, partitionsAhead: 2, mergeAfter: isMerged ? .zero : nil)
            try await database.withStore(options) { storage in
                _ = try await storage.maintain(at: .hour(0), droppingBefore: nil)
                for start in stride(from: 0, to: 3000, by: 500) {
                    let events = (start..<start + 500).map { index in
                        IncomingEvent(
                            .sample(
                                "id-\(index)", type: "type-\(index % 5)", second: index * 1800,
                                project: "p\(index % 3)", user: "u",
                                traits: [
                                    Trait("k", .text("v\(index % 10)")),
                                    Trait("n", .integer(Int64(index))),
                                ]))
                    }
                    _ = try await storage.record(events)
                }
                _ = try await storage.maintain(at: .hour(0), droppingBefore: nil)
            }
            try await #expect((database.count("posting_day") > 0) == isMerged)
            try await database.run(script: "ANALYZE TABLE event, event_id, posting, posting_day")
            try await body(database)
        }
    }
}

extension Timestamp {
    fileprivate static func hour(_ hour: Int) -> Timestamp { .sample(hour * 3600) }
}
