import EventStore
import PostgreSQL
import SQL
import SQLStorage
import StorageConformance
import Synchronization
import Testing
import Values

@testable import PostgreSQLStorage

@Suite("Statements of a query on PostgreSQL", .needsPostgreSQL)
struct PlanTests {
    static let text = TraitFilter("k", .equal, .text("v3"))
    /// One event in 200.
    static let middling = TraitFilter("m", .equal, .text("m3"))
    static let rare = TraitFilter("rare", .equal, .text("r77"))

    /// The query shapes of the performance goals, and their neighbours.
    static let shapes: [(String, EventQuery)] = [
        ("by time", EventQuery()), ("latest first", EventQuery(order: .newestFirst)),
        ("from a time on", EventQuery(start: .sample(30_000), end: .sample(400_000))),
        (
            "a later page",
            EventQuery(after: EventPosition(generated: .sample(300_000), messageID: "x"))
        ),
        ("by type", EventQuery(eventType: "type-2")),
        ("by project", EventQuery(visibility: .projectAndUnowned("p1"))),
        ("by project and user", EventQuery(visibility: .user("u", project: "p1"))),
        ("by a frequent trait", EventQuery(traits: [text], limit: 30)),
        ("by a rare trait", EventQuery(traits: [rare])),
        ("by a rare trait, latest first", EventQuery(traits: [rare], order: .newestFirst)),
        ("by two traits", EventQuery(traits: [text, middling])),
        ("by a value of middling frequency", EventQuery(traits: [middling])),
        ("by trait and type", EventQuery(eventType: "type-3", traits: [text])),
        ("by trait and project", EventQuery(traits: [text], visibility: .projectAndUnowned("p1"))),
        ("by a range", EventQuery(traits: [TraitFilter("n", .greater, .integer(5))])),
        ("by presence", EventQuery(having: TraitDescription(name: "k", type: .text))),
        ("sorted by id", EventQuery(order: .idAscending)),
        ("from the last id", EventQuery(order: .idDescending)),
    ]

    @Test("search by an index, and no partition that the query has nothing to do with")
    func plans() async throws {
        try await withFilledStorage { storage, database in
            for (name, query) in Self.shapes {
                let plans = try await plans(of: query, storage, database)
                #expect(!plans.isEmpty, "\(name)")
                for plan in plans {
                    #expect(!plan.contains("Seq Scan on event"), "\(name): \(plan)")
                }
            }
            let query = EventQuery(start: .sample(100_000), end: .sample(120_000))
            let narrow = try await plans(of: query, storage, database)
            #expect(narrow.allSatisfy { $0.contains("event_20200103") })
            #expect(!narrow.contains { $0.contains("event_other") || $0.contains("20200104") })
        }
    }

    @Test("read no more rows than the page holds, however long the log is")
    func readRows() async throws {
        try await withFilledStorage { storage, database in
            let bounds: [(EventQuery, Int)] = [
                (EventQuery(limit: 10), 60), (EventQuery(order: .newestFirst, limit: 10), 60),
                (EventQuery(eventType: "type-2", limit: 10), 60),
                (EventQuery(limit: 10, visibility: .projectAndUnowned("p1")), 60),
                (EventQuery(traits: [Self.rare], limit: 10), 2100),
                // A thousand to see how frequent it is, then the matches of one window or two.
                (EventQuery(traits: [Self.middling], limit: 10), 2100),
                (EventQuery(traits: [Self.text, Self.middling], limit: 10), 2100),
                // The walk of the page, where every tenth event matches.
                (EventQuery(traits: [Self.text], limit: 10), 2100),
            ]
            for (query, most) in bounds {
                let rows = try await plans(of: query, storage, database).map(Self.rowsRead)
                #expect(rows.reduce(0, +) <= most, "\(query): \(rows)")
                // Also where nothing more is found until the end of time.
                #expect(rows.count <= 12, "\(query): \(rows.count) statements")
            }
        }
    }

    /// The index on times alone would name every event of the window one by one.
    @Test("find a value in a window of time by both of its indexes")
    func windows() async throws {
        try await withFilledStorage(partitions: .week) { storage, database in
            let queries = [
                EventQuery(traits: [Self.middling], limit: 10),
                EventQuery(start: .sample(90_000), traits: [Self.middling], limit: 10),
                EventQuery(traits: [Self.middling], order: .newestFirst, limit: 10),
                EventQuery(traits: [Self.text, Self.middling], limit: 10),
            ]
            for query in queries {
                let plans = try await plans(of: query, storage, database)
                #expect(plans.contains { $0.contains("BitmapAnd") }, "\(query): \(plans)")
                #expect(plans.count <= 4, "\(query): \(plans)")
            }
        }
    }

    /// How PostgreSQL ran each statement of a query.
    private func plans(
        of query: EventQuery, _ storage: PostgreSQLEventStorage, _ database: TemporaryDatabase
    ) async throws -> [String] {
        let connection = try await database.connect()
        let recorded = StatementRecord()
        let rows = EventRows(
            connection: connection, types: storage.links.types, sizes: .standard,
            limit: .seconds(10), onSearch: { recorded.append($0) })
        let reader = EventReader(rows: rows, partitions: storage.links.partitions)
        #expect(try await !reader.events(matching: query).isEmpty, "\(query)")
        var plans: [String] = []
        for statement in recorded.all {
            let explained = try await connection.search(
                "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) " + statement,
                within: .seconds(10))
            plans.append(explained.map { $0.text(0) }.joined(separator: "\n"))
        }
        return plans
    }
}

extension PlanTests {
    /// The rows that the scans of a plan have given or thrown away.
    private static func rowsRead(_ plan: String) -> Int {
        var count = 0
        for line in plan.split(separator: "\n") {
            if line.contains("Scan"),
                let match = line.firstMatch(of: /actual rows=(\d+) loops=(\d+)/)
            {
                count += (Int(match.1) ?? 0) * (Int(match.2) ?? 0)
            }
            if let match = line.firstMatch(of: /Rows Removed by .*: (\d+)/) {
                count += Int(match.1) ?? 0
            }
        }
        return count
    }

    /// 30,000 events over six days, one partition each for the first four, the rest in the catch-all;
    /// the server knows their statistics.
    private func withFilledStorage(
        partitions: PartitionInterval = .day,
        _ body: (PostgreSQLEventStorage, TemporaryDatabase) async throws -> Void
    ) async throws {
        let server = ServerStoreOptions(
            writers: 1, readers: 1, partitions: partitions, partitionsAhead: 3)
        try await withTemporaryStorage(server) { storage, database in
            _ = try await storage.maintain(at: .sample(0), droppingBefore: nil)
            for start in stride(from: 0, to: 30_000, by: 5000) {
                let events = (start..<start + 5000).map { index in
                    IncomingEvent(
                        .sample(
                            "id-\(index)", type: "type-\(index % 5)", second: index * 17,
                            project: "p\(index % 3)", user: "u",
                            traits: [
                                Trait("k", .text("v\(index % 10)")),
                                Trait("m", .text("m\(index % 200)")),
                                Trait("n", .integer(Int64(index))),
                                Trait("rare", .text("r\(index)")),
                            ]))
                }
                _ = try await storage.record(events)
            }
            try await database.connect().run(script: "VACUUM ANALYZE")
            try await body(storage, database)
        }
    }
}

/// The statements of one query, in order.
private final class StatementRecord: Sendable {
    private let statements = Mutex<[SQLStatement]>([])

    var all: [SQLStatement] { statements.withLock { $0 } }

    func append(_ statement: SQLStatement) {
        statements.withLock { $0.append(statement) }
    }
}
