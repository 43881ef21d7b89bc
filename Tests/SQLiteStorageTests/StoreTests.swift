import EventStore
import Foundation
import SQL
import SQLite
import SQLiteStorage
import StorageConformance
import Testing

@Suite("A store's file")
struct StoreTests {
    @Test("is served by one process only")
    func servingLock() async throws {
        try await withTemporaryStore { place in
            let store = try place.open()
            #expect(refusal(place).contains("serves this database already"))
            await store.close()
        }
    }

    @Test("is refused when it is another program's or of a newer build")
    func foreignFiles() async throws {
        try await withTemporaryStore { place in
            let database = try database(place)
            try database.run(script: "CREATE TABLE mine (x)")
            #expect(refusal(place).contains("another program"))
            try database.run(
                script: """
                    CREATE TABLE schema_migration (version INTEGER, name TEXT);
                    INSERT INTO schema_migration VALUES (99, '099_future.sql');
                    """)
            #expect(refusal(place).contains("schema 99"))
        }
    }

    @Test("is made by one of several programs that open it at once, and the others wait")
    func madeAtOnce() async throws {
        for _ in 0..<20 {
            try await withTemporaryStore { place in
                let applied = try await withThrowingTaskGroup(of: Int.self) { group in
                    for _ in 0..<8 {
                        group.addTask { try SQLiteStore.upgrade(place.options).count }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(applied.filter { $0 > 0 }.count == 1)
            }
        }
    }

    @Test("of the first build opens, and its history is written in full from then on")
    func firstHistory() async throws {
        try await withTemporaryStore { place in
            await (try place.open()).close()
            let database = try database(place)
            try database.run(
                script: """
                    ALTER TABLE schema_migration DROP COLUMN phase;
                    ALTER TABLE schema_migration DROP COLUMN lowest;
                    ALTER TABLE schema_migration DROP COLUMN checksum;
                    """)
            let command = try place.open(as: .beside)
            await command.close()
            let store = try place.open()
            await store.close()
            let columns = try database.rows(SchemaDialect.sqlite.historyColumns)
            #expect(columns.count == 6)
            let connection = try SQLiteReadConnection(path: place.options.path)
            let live = try await LiveSchema(connection, .sqlite).description()
            #expect(live.differences(from: try Schema.expectation()) == [])
        }
    }

    @Test("of a newer build opens where that one left room for this one")
    func newerHistory() async throws {
        try await withTemporaryStore { place in
            await (try place.open()).close()
            let database = try database(place)
            try database.run(
                script: """
                    INSERT INTO schema_migration (version, name, phase, lowest)
                    VALUES (2, '002_next.sql', 'expand', 1);
                    """)
            await (try place.open()).close()
            #expect(throws: SQLiteStoreError.self) { try SQLiteStore.upgrade(place.options) }
            try database.run(
                script: "INSERT INTO schema_migration (version, name) VALUES (3, '003.sql')")
            #expect(refusal(place).contains("schema 3"))
        }
    }

    @Test("is refused when it is no database at all")
    func garbage() async throws {
        try await withTemporaryStore { place in
            try Data(repeating: 7, count: 8192).write(to: URL(filePath: place.options.path))
            #expect(refusal(place).contains("not a database"))
        }
    }

    @Test("takes nothing more once it was replaced under the process")
    func replacedFile() async throws {
        try await withTemporaryStore { place in
            let storage = SQLiteEventStorage(try place.open())
            _ = try await storage.record(.sample("a"))
            try FileManager.default.removeItem(atPath: place.options.path)
            await #expect(throws: StorageError.self) { try await storage.record(.sample("b")) }
            #expect(await storage.status().failure?.contains("deleted or replaced") == true)
        }
    }

    @Test("says which durability is in force")
    func durability() async throws {
        try await withTemporaryStore { place in
            let storage = SQLiteEventStorage(try place.open())
            #expect(await storage.status().isDurable)
        }
        try await withTemporaryStore { place in
            var options = place.options
            options.synchronous = .normal
            let status = await SQLiteEventStorage(try SQLiteStore(options, as: .serving)).status()
            #expect(!status.isDurable)
            #expect(status.durability.contains { $0.value == "NORMAL" && !$0.isSafe })
        }
    }

    @Test("is copied whole while it is written")
    func backup() async throws {
        try await withTemporaryStore(sizes: .tiny) { place in
            let storage = SQLiteEventStorage(try place.open())
            let events = (0..<100).map { IncomingEvent(.sample("\($0)", second: $0)) }
            _ = try await storage.record(events)
            let target = place.options.path + ".backup"
            #expect(try Backup(place.options).write(to: target) == 100)
            #expect(throws: SQLiteStoreError.self) { try Backup(place.options).write(to: target) }
            _ = try await storage.record(.sample("later"))
            var options = place.options
            options.path = target
            let copy = SQLiteEventStorage(try SQLiteStore(options, as: .serving))
            #expect(try await copy.ids(EventQuery(limit: 1000)).count == 100)
        }
    }

    @Test("passes its own check and nothing of that check stays")
    func selfTest() async throws {
        try await withTemporaryStore { place in
            let storage = SQLiteEventStorage(try place.open())
            let findings = await StoreCheck(place.options).run(writing: IncomingEvent(.sample("x")))
            #expect(findings.filter { !$0.isGood } == [])
            #expect(findings.map(\.name).contains("synchronous"))
            #expect(try await storage.ids(EventQuery()) == [])
            let directory = DurableFile.directory(of: place.options.path)
            let files = try FileManager.default.contentsOfDirectory(atPath: directory)
            #expect(!files.contains { $0.contains("selftest") || $0.contains("probe") })
        }
    }

    @Test("can be expired by a command beside the service")
    func expireBeside() async throws {
        try await withTemporaryStore(sizes: .tiny) { place in
            let storage = SQLiteEventStorage(try place.open())
            let events = (0..<50).map { IncomingEvent(.sample("\($0)", second: $0)) }
            _ = try await storage.record(events)
            let command = SQLiteEventStorage(try place.open(as: .beside))
            #expect(try await command.deleteEvents(before: .sample(45), batchSize: 100) == 45)
            #expect(try await storage.ids(EventQuery()) == (45..<50).map(String.init))
            #expect(try await storage.record(.sample("new", second: 60)) == [.accepted])
            #expect(try await storage.ids(EventQuery(order: .newestFirst, limit: 1)) == ["new"])
        }
    }

    @Test("keeps its index to the process that serves it")
    func indexBeside() async throws {
        try await withTemporaryStore { place in
            let storage = SQLiteEventStorage(try place.open())
            let events = (0..<50).map { IncomingEvent(.sample("\($0)", second: $0)) }
            _ = try await storage.record(events)
            // To the command with its small runs the whole tail is due; it is the service's to write.
            var options = place.options
            options.sizes = .tiny
            let store = try SQLiteStore(options, as: .beside)
            let command = SQLiteEventStorage(store)
            #expect(try await command.deleteEvents(before: .sample(5), batchSize: 100) == 5)
            await store.settle()
            let runs = try database(place).first("SELECT count(*) FROM run") { $0.integer(0) }
            #expect(runs == 0)
            #expect(try await storage.ids(EventQuery()) == (5..<50).map(String.init))
        }
    }

    private func refusal(_ place: TemporaryStore) -> String {
        do {
            _ = try place.open()
            return "not refused"
        } catch {
            return "\(error)"
        }
    }

    private func database(_ place: TemporaryStore) throws -> Database {
        try Database(
            path: place.options.path, access: .readWriteCreate, busyTimeout: .seconds(1))
    }
}
