import EventStore
import PostgreSQL
import SQL
import SQLStorage
import StorageConformance
import Testing
import Values

@testable import PostgreSQLStorage

@Suite("Recording in PostgreSQL", .needsPostgreSQL)
struct RecordingTests {
    /// Instances with overlapping ids in all orders, through arrays and through COPY.
    @Test("stores each event once, whoever writes it at the same time")
    func severalInstances() async throws {
        try await withTemporaryDatabase { database in
            let events = (0..<200).map { IncomingEvent(.sample("id-\($0)", second: $0 % 50)) }
            let accepted = try await withThrowingTaskGroup(of: Int.self) { group in
                for instance in 0..<6 {
                    group.addTask {
                        let links = StoreLinks(
                            database.storeOptions(ServerStoreOptions()), sizes: .tiny)
                        let storage = PostgreSQLEventStorage(links)
                        var count = 0
                        for start in stride(from: 0, to: 200, by: 25) {
                            let place = (start + instance * 40) % 200
                            let part = events[place..<min(place + 30, 200)].shuffled()
                            let outcomes = try await storage.record(part)
                            #expect(!outcomes.contains(.conflict))
                            count += outcomes.count { $0 == .accepted }
                        }
                        await links.close()
                        return count
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(accepted == 200)
        }
    }

    @Test("answers conflict and duplicate exactly in one group", arguments: [1, 100])
    func outcomes(smallestCopy: Int) async throws {
        var sizes = StoreSizes.standard
        sizes.smallestCopy = smallestCopy
        try await withTemporaryStorage(sizes: sizes) { storage, _ in
            _ = try await storage.record(.sample("a"), .sample("b"))
            let outcomes = try await storage.record(
                .sample("c"), .sample("b", second: 1), .sample("a"), .sample("c"),
                .sample("d", second: 2), .sample("c", second: 3))
            #expect(
                outcomes == [.accepted, .conflict, .duplicate, .duplicate, .accepted, .conflict])
            #expect(try await storage.ids(EventQuery(order: .idAscending)) == ["a", "b", "c", "d"])
        }
    }

    @Test("looks up what became of a commit whose answer was lost", arguments: [true, false])
    func unknownOutcome(isCommitted: Bool) async throws {
        try await withTemporaryStorage { storage, database in
            let events = (0..<5).map { IncomingEvent(.sample("\($0)")) }
            // Another instance was first with one of them.
            _ = try await storage.record([events[4]])
            let group = EventGroup(events)
            let connection = try await database.connect()
            let writer = EventWriter(
                connection: connection, types: storage.links.types, smallestCopy: 100)
            if isCommitted { _ = try await storage.record(Array(events.prefix(4))) }
            let stored = try await writer.write(group, earlier: [0, 1, 2, 3]) { _ in }
            #expect(
                group.outcomes(stored) == [.accepted, .accepted, .accepted, .accepted, .duplicate])
        }
    }

    @Test("goes on by itself when its links were cut, and says so while no server is there")
    func cutLinks() async throws {
        try await withTemporaryStorage { storage, database in
            _ = try await storage.record(.sample("a"))
            #expect(try await storage.ids(EventQuery()) == ["a"])
            let connection = try await database.connect()
            _ = try await connection.query(
                """
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid()
                """)
            #expect(
                try await storage.record(.sample("a"), .sample("b")) == [.duplicate, .accepted])
            #expect(try await storage.ids(EventQuery(order: .idAscending)) == ["a", "b"])
        }
        let nowhere = PostgreSQLStore(
            PostgreSQLStoreOptions(
                connection: try PostgreSQLOptions(url: "postgresql://u:secret@127.0.0.1:1/n")))
        let event = IncomingEvent(.sample("a"))
        await #expect(throws: StorageError.self) { try await nowhere.storage.record([event]) }
        let status = await nowhere.storage.status()
        #expect(status.failure?.contains("127.0.0.1") == true)
        #expect(status.failure?.contains("secret") == false)
        #expect(status.location == "postgresql://u@127.0.0.1:1/n")
        await nowhere.close()
    }

    @Test("waits for its schema and says which one")
    func missingSchema() async throws {
        try await withTemporaryDatabase(hasSchema: false) { database in
            let store = database.store()
            let event = IncomingEvent(.sample("a"))
            let wanted = StorageError.unavailable(detail: StoreFacts.problem(with: 0))
            await #expect(throws: wanted) { try await store.storage.record([event]) }
            await #expect(throws: wanted) { try await store.storage.events(matching: EventQuery()) }
            await #expect(throws: wanted) {
                try await store.storage.event("a", visibleTo: .everything)
            }
            #expect(await store.storage.status().failure?.contains("annals db upgrade") == true)
            await store.close()
        }
    }

    @Test("tells what the server has in force")
    func status() async throws {
        try await withTemporaryStorage { storage, database in
            let status = await storage.status()
            #expect(status.failure == nil)
            #expect(status.engine == "postgresql")
            #expect(status.schemaVersion == status.schemaWanted)
            #expect(
                status.durability.map(\.name) == [
                    "fsync", "full_page_writes", "synchronous_commit",
                ]
            )
            #expect(status.connections?.limit == 4)
            try await database.connect().run(
                script: "ALTER DATABASE \(database.name) SET synchronous_commit = off")
            let store = database.store()
            let later = await store.storage.status()
            #expect(
                later.durability.contains {
                    $0.name == "synchronous_commit" && $0.value == "off" && !$0.isSafe
                })
            #expect(!later.isDurable)
            await store.close()
        }
    }

    @Test("leaves a server that takes no writes any more")
    func readOnlyServer() async throws {
        try await withTemporaryStorage { storage, database in
            _ = try await storage.record(.sample("a"))
            let administrator = try await database.connect()
            try await administrator.run(
                script: "ALTER DATABASE \(database.name) SET default_transaction_read_only = on")
            _ = try await administrator.query(
                """
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid()
                """)
            let error = await #expect(throws: StorageError.self) {
                try await storage.record(.sample("b"))
            }
            #expect(error?.label == "unavailable")
            try await administrator.run(
                script: """
                    SET default_transaction_read_only = off;
                    ALTER DATABASE \(database.name) RESET default_transaction_read_only;
                    """)
            #expect(try await storage.record(.sample("b")) == [.accepted])
        }
    }

    /// Each new connection makes the store forget what it knows of the database.
    @Test("knows the type of each event, whatever is forgotten meanwhile")
    func forgetting() async throws {
        try await withTemporaryStorage(sizes: .tiny) { storage, _ in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 0..<4 {
                    group.addTask {
                        for round in 0..<15 {
                            _ = try await storage.record(Self.events(writer, round))
                            let query = EventQuery(eventType: "type-\(round % 3)", limit: 1)
                            try await #expect(storage.ids(query).count == 1)
                        }
                    }
                }
                group.addTask {
                    while !Task.isCancelled {
                        storage.links.types.forget()
                        await Task.yield()
                    }
                }
                for _ in 0..<4 { try await group.next() }
                group.cancelAll()
            }
            let events = try await storage.events(matching: EventQuery(limit: 2000))
            let wanted: Int = 4 * 8 * 3 + 4 * 7 * 30
            #expect(events.count == wanted)
            for type in 0..<5 {
                let found = try await storage.traitDescriptions(
                    of: "type-\(type)", visibleTo: .everything)
                #expect(found == [TraitDescription(name: "k", type: .integer)])
            }
        }
    }

    @Test("sends callers away who stand in line for longer than the store's options say")
    func line() async throws {
        try await withTemporaryDatabase { database in
            let server = ServerStoreOptions(writers: 1, readers: 1, wait: .milliseconds(1))
            let links = StoreLinks(
                PostgreSQLStoreOptions(connection: database.options, server: server))
            let error = await #expect(throws: SQLError.self) {
                try await links.writers.withConnection { _ async throws(SQLError) in
                    try await links.writers.withConnection { _ throws(SQLError) in }
                }
            }
            #expect(error?.kind == .busy)
            #expect(error?.message.contains("for 0.001 seconds") == true)
            await links.close()
        }
    }

    /// Three or thirty events, so that arrays and COPY take turns.
    private static func events(_ writer: Int, _ round: Int) -> [IncomingEvent] {
        (0..<(round % 2 == 0 ? 3 : 30)).map { index in
            let trait = Trait("k", .integer(1))
            let id = "\(writer)-\(round)-\(index)"
            return IncomingEvent(.sample(id, type: "type-\(index % 5)", traits: [trait]))
        }
    }
}
