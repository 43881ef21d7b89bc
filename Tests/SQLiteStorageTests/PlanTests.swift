import EventStore
import SQL
import SQLite
import StorageConformance
import Testing

@testable import SQLiteStorage

@Suite("Statements of a query")
struct PlanTests {
    static let text = TraitFilter("k", .equal, .text("v3"))

    /// The query shapes of the performance goals, and their neighbours.
    static let shapes: [(String, EventQuery)] = [
        ("by time", EventQuery()), ("latest first", EventQuery(order: .newestFirst)),
        ("from a time on", EventQuery(start: .sample(300), end: .sample(400))),
        ("a later page", EventQuery(after: EventPosition(generated: .sample(300), messageID: "x"))),
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

    @Test("search by an index and scan nothing")
    func plans() async throws {
        try await withFilledStore { place in
            for (name, query) in Self.shapes { try check(name, query, place) }
        }
    }

    private func check(_ name: String, _ query: EventQuery, _ place: TemporaryStore) throws {
        let database = try Database(
            path: place.options.path, access: .readWrite, busyTimeout: .seconds(1))
        let reader = EventReader(
            database: database, names: EventTypeNames(), timeLimit: .seconds(10), sizes: .tiny)
        let found = try reader.events(matching: query, plan: IndexPlan(for: query), tail: [])
        #expect(!found.isEmpty, "\(name)")
        for plan in try database.plans() where plan.statement.contains("FROM") {
            // Walking the ids in their order is the answer itself, not a search for it.
            let isWalk = plan.lines == ["SCAN event USING INDEX event_message_id"]
            #expect(plan.scannedRows <= (isWalk ? 256 : 0), "\(plan.statement)")
            #expect(isWalk || !plan.lines.contains { $0.hasPrefix("SCAN") }, "\(plan)")
            #expect(!plan.lines.contains { $0.contains("TEMP B-TREE") }, "\(plan.statement)")
        }
    }

    @Test("read no more events than the page holds, however long the log is")
    func readRows() async throws {
        try await withFilledStore { place in
            let database = try Database(
                path: place.options.path, access: .readWrite, busyTimeout: .seconds(1))
            let reader = EventReader(
                database: database, names: EventTypeNames(), timeLimit: .seconds(10), sizes: .tiny)
            let query = EventQuery(traits: [Self.text], limit: 5)
            let sources = try reader.sources(for: query, plan: IndexPlan(for: query), tail: [])
            let rows = EventRows(database: database, names: reader.names)
            var candidates = 0
            for source in sources {
                while try source.next(in: rows) != nil { candidates += 1 }
            }
            // Every tenth event has the value: the index names those and no other.
            #expect(candidates == 64)
        }
    }

    @Test("find runs merged on every level, each event in exactly one of them")
    func merges() async throws {
        try await withFilledStore { place in
            let database = try Database(
                path: place.options.path, access: .readWrite, busyTimeout: .seconds(1))
            let runs = try Run.serving(.min ... .max, in: database)
            #expect(Set(runs.map(\.level)) == [0, 1, 2])
            let ordered = runs.sorted { $0.firstNumber < $1.firstNumber }
            #expect(ordered.first?.firstNumber == 1)
            for (left, right) in zip(ordered, ordered.dropFirst()) {
                #expect(left.lastNumber + 1 == right.firstNumber)
            }
            #expect(runs.reduce(0) { $0 + $1.eventCount } == 640)
            let leftovers = try database.first("SELECT count(*) FROM run WHERE state <> 'serving'")
            {
                $0.integer(0)
            }
            #expect(leftovers == 0)
        }
    }

    /// 640 events are 80 runs of 8: 8 of 72 events, 2 of 24 and 2 that wait for a third.
    private func withFilledStore(_ body: (TemporaryStore) async throws -> Void) async throws {
        try await withTemporaryStore(sizes: .tiny) { place in
            let store = try place.open()
            let storage = SQLiteEventStorage(store)
            for start in stride(from: 0, to: 640, by: 40) {
                let events = (start..<start + 40).map { index in
                    IncomingEvent(
                        .sample(
                            "id-\(index)", type: "type-\(index % 5)", second: index,
                            project: "p\(index % 3)", user: "u",
                            traits: [
                                Trait("k", .text("v\(index % 10)")),
                                Trait("n", .integer(Int64(index))),
                            ]))
                }
                _ = try await storage.record(events)
            }
            await store.settle()
            try await body(place)
            await store.close()
        }
    }
}
