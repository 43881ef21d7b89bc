import EventStore
import PostgreSQL
import SQL
import SQLStorage
import StorageConformance
import Testing
import Values

@testable import PostgreSQLStorage

@Suite("Partitions in PostgreSQL", .needsPostgreSQL)
struct PartitionTests {
    static let days = ServerStoreOptions(
        writers: 2, readers: 2, partitions: .day, partitionsAhead: 3)

    private func day(_ number: Int) -> Timestamp { .sample(number * 86_400) }

    private func partitions(_ database: TemporaryDatabase) async throws -> [Partition] {
        let connection = try await database.connect()
        return try await KnownPartitions(on: connection).partitions
    }

    private func count(_ table: String, _ database: TemporaryDatabase) async throws -> Int64? {
        let statement = SQLStatement(stringLiteral: "SELECT count(*) FROM \(table)")
        return try await database.connect().query(statement).first?.integer(0)
    }

    @Test("are made ahead, once, and take over what the catch-all holds")
    func ahead() async throws {
        try await withTemporaryStorage(Self.days) { storage, database in
            for number in 0..<6 {
                _ = try await storage.record(
                    .sample("\(number)", second: number * 86_400, traits: [Trait("k", .text("v"))]))
            }
            #expect(try await count("event_other", database) == 6)
            _ = try await storage.maintain(at: day(1), droppingBefore: nil)
            #expect(
                try await partitions(database).map(\.name) == [
                    "event_20200103", "event_20200104", "event_20200105", "event_20200106",
                ])
            #expect(try await count("event_other", database) == 2)
            _ = try await storage.maintain(at: day(2), droppingBefore: nil)
            #expect(try await partitions(database).count == 5)
            #expect(try await count("event_other", database) == 1)
            let wanted = (0..<6).map(String.init)
            #expect(try await storage.ids(EventQuery()) == wanted)
            #expect(try await storage.ids(EventQuery(order: .newestFirst)) == wanted.reversed())
            let trait = TraitFilter("k", .equal, .text("v"))
            #expect(try await storage.ids(EventQuery(traits: [trait])) == wanted)
        }
    }

    @Test("have the times of their new blocks noted, without waiting for a vacuum")
    func times() async throws {
        try await withTemporaryDatabase { database in
            let store = database.store()
            let events = (0..<50).map { IncomingEvent(.sample("\($0)", second: $0)) }
            _ = try await store.storage.record(events)
            // What a link has done is counted when it is closed, at the latest.
            await store.close()
            let connection = try await database.connect()
            let counted: SQLStatement = """
                SELECT n_ins_since_vacuum FROM pg_stat_user_tables WHERE relname = 'event_other'
                """
            let end = ContinuousClock.now + .seconds(30)
            while try await connection.query(counted).first?.integer(0) != 50, .now < end {}
            let upkeep = PartitionUpkeep(
                connection: connection, options: Self.days, sizes: .standard)
            try await upkeep.summarizeTimes()
            let left = try await connection.query(
                """
                SELECT brin_summarize_new_values(inhrelid)::bigint FROM pg_inherits
                WHERE inhparent = 'event_time_ranges'::regclass
                """)
            #expect(left.map { $0.integer(0) } == [0])
        }
    }

    @Test("of another interval leave those that are there alone")
    func otherInterval() async throws {
        try await withTemporaryStorage(Self.days) { storage, database in
            _ = try await storage.maintain(at: day(0), droppingBefore: nil)
            var server = Self.days
            server.partitions = .week
            let links = StoreLinks(database.storeOptions(server))
            _ = try await PostgreSQLEventStorage(links).maintain(at: day(0), droppingBefore: nil)
            await links.close()
            let made = try await partitions(database)
            for (left, right) in zip(made, made.dropFirst()) { #expect(left.end <= right.start) }
            #expect(made.map(\.name).contains("event_20200113"))
        }
    }

    @Test("go as a whole with their ids when every rule has let go of them")
    func drop() async throws {
        try await withTemporaryStorage(Self.days, sizes: .tiny) { storage, database in
            _ = try await storage.maintain(at: day(0), droppingBefore: nil)
            let events = (0..<40).map {
                IncomingEvent(.sample("\($0)", second: $0 * 8640))
            }
            _ = try await storage.record(events)
            let gone = try await storage.maintain(at: day(3), droppingBefore: day(2))
            // Two whole days are over: 2020-01-02 from ten o'clock on, and 2020-01-03.
            #expect(gone == 16)
            #expect(try await storage.ids(EventQuery(limit: 1)) == ["16"])
            #expect(try await storage.event("3", visibleTo: .everything) == nil)
            #expect(try await count("event_id", database) == 24)
            #expect(try await storage.record([events[3]]) == [.accepted])
            #expect(try await storage.ids(EventQuery(limit: 2)) == ["3", "16"])
            #expect(try await storage.maintain(at: day(3), droppingBefore: day(2)) == 0)
            #expect(try await storage.event("3", visibleTo: .everything)?.messageID == "3")
        }
    }

    @Test("are kept up by several instances at once")
    func severalInstances() async throws {
        try await withTemporaryStorage(Self.days) { storage, database in
            let events = (0..<60).map { IncomingEvent(.sample("\($0)", second: $0 * 8640)) }
            try await withThrowingTaskGroup(of: Int.self) { group in
                for instance in 0..<4 {
                    group.addTask {
                        let links = StoreLinks(database.storeOptions(Self.days))
                        let storage = PostgreSQLEventStorage(links)
                        let part = events.filter { $0.event.generated < day(instance + 2) }
                        _ = try await storage.record(part)
                        _ = try await storage.maintain(at: day(instance), droppingBefore: nil)
                        await links.close()
                        return 0
                    }
                }
                for try await _ in group {}
            }
            _ = try await storage.record(events)
            #expect(
                try await storage.ids(EventQuery()) == (0..<60).map(String.init))
        }
    }
}
