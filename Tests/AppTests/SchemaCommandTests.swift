import App
import Foundation
import SQL
import SQLite
import SQLiteStorage
import Testing

@Suite("Looking after the schema of a SQLite store")
struct SchemaCommandTests {
    @Test("goes from no file to a schema that is as expected")
    func upgrade() async throws {
        let place = Place()
        let schema = place.schema
        #expect(try await report(schema).exitCode == 10)
        #expect(try await schema.findings().contains { $0.contains("table event is missing") })
        let plan = try await schema.plan(.everything)
        #expect(schema.dialect.script(for: plan.steps).contains("CREATE TABLE event "))
        #expect(!FileManager.default.fileExists(atPath: place.path))
        #expect(try await schema.upgrade(.everything) { _ in }.map(\.version) == [1])
        #expect(try await schema.upgrade(.everything) { _ in } == [])
        #expect(try await report(schema).exitCode == 0)
        #expect(try await schema.findings() == [])
    }

    @Test("makes the same by the script that it prints")
    func script() async throws {
        let place = Place()
        let plan = try await place.schema.plan(.everything)
        try place.database().run(script: place.schema.dialect.script(for: plan.steps))
        #expect(try await report(place.schema).exitCode == 0)
        #expect(try await place.schema.findings() == [])
    }

    @Test("names each difference")
    func differences() async throws {
        let place = Place()
        _ = try await place.schema.upgrade(.everything) { _ in }
        let database = try place.database()
        try database.run(
            script: """
                DROP INDEX event_message_id;
                ALTER TABLE event RENAME COLUMN raw TO document;
                CREATE TABLE mine (x INTEGER) STRICT;
                UPDATE schema_migration SET checksum = 'another';
                """)
        let findings = try await place.schema.findings()
        for part in [
            "index event_message_id is missing", "column event.raw is missing",
            "column event.document is not expected", "table mine is not expected", "another text",
        ] {
            #expect(findings.contains { $0.contains(part) }, "\(part)")
        }
    }

    @Test("tells a newer schema, with room for us and without")
    func newer() async throws {
        let place = Place()
        _ = try await place.schema.upgrade(.everything) { _ in }
        let database = try place.database()
        try database.run(
            script: "INSERT INTO schema_migration (version, name, lowest) VALUES (2, 'two', 1)")
        let usable = try await report(place.schema)
        #expect(usable.exitCode == 11)
        #expect(usable.json.contains("\"usable\": true"))
        #expect(usable.json.contains("\"lowest\": 1"))
        try database.run(
            script: "INSERT INTO schema_migration (version, name, lowest) VALUES (3, 'three', 3)")
        let unusable = try await report(place.schema)
        #expect(unusable.exitCode == 12)
        #expect(unusable.json.contains("\"usable\": false"))
        #expect(unusable.text.contains("Run the newer build"))
    }

    @Test("touches no database of another program")
    func foreign() async throws {
        let place = Place()
        try place.database().run(script: "CREATE TABLE mine (x)")
        #expect(try await report(place.schema).exitCode == 12)
        #expect(try await place.schema.findings().count == 1)
        await #expect(throws: SchemaError.self) {
            _ = try await place.schema.upgrade(.everything) { _ in }
        }
        await #expect(throws: SchemaError.self) { _ = try await place.schema.plan(.everything) }
    }

    private func report(_ schema: any StoreSchema) async throws -> SchemaReport {
        SchemaReport(schema, status: try await schema.status())
    }

    /// A file of one test's own, gone with it.
    private final class Place: Sendable {
        let path = NSTemporaryDirectory() + "annals-\(UUID().uuidString).db"

        var schema: SQLiteSchema { SQLiteSchema(SQLiteStoreOptions(path: path)) }

        func database() throws -> Database {
            try Database(path: path, access: .readWriteCreate, busyTimeout: .seconds(5))
        }

        deinit {
            for suffix in ["", "-wal", "-shm"] {
                // A leftover in the temporary directory harms nobody.
                try? FileManager.default.removeItem(atPath: path + suffix)
            }
        }
    }
}
