package import EventStore
import Migrations
package import PostgreSQL
package import SQL

/// What a server says of itself.
package struct StoreFacts: Sendable {
    package let version: String
    /// 0 where our schema is not there.
    package let schemaVersion: Int
    package let durability: [DurabilitySetting]

    /// The schema this build works with.
    package static var schemaWanted: Int { Migrations.postgresql.last?.version ?? 0 }

    /// Nil where the schema is the one this build works with, or a newer one that was only added to.
    package var schemaProblem: String? {
        schemaVersion >= Self.schemaWanted ? nil : Self.problem(with: schemaVersion)
    }

    static func problem(with version: Int) -> String {
        "the schema is at version \(version) and this build needs \(schemaWanted): "
            + "run `annals db upgrade`"
    }

    package init(of connection: PostgreSQLConnection) async throws(SQLError) {
        let rows = try await connection.query(
            """
            SELECT current_setting('server_version'), to_regclass('schema_migration') IS NOT NULL
            """, within: .seconds(5))
        version = rows.first?.text(0) ?? ""
        schemaVersion =
            rows.first?.integer(1) == 1
            ? Int(
                try await connection.query(
                    "SELECT max(version)::bigint FROM schema_migration", within: .seconds(5)
                ).first?.integer(0) ?? 0) : 0
        durability = try await Self.durability(of: connection)
    }

    /// Asked of the server, not of our settings.
    package static func durability(
        of connection: PostgreSQLConnection
    ) async throws(SQLError) -> [DurabilitySetting] {
        let rows = try await connection.query(
            """
            SELECT name, setting FROM pg_settings
            WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes') ORDER BY name
            """, within: .seconds(5))
        return rows.map { row in
            // `local`, `remote_write`, `on` and `remote_apply` all wait for our own disk.
            DurabilitySetting(
                name: row.text(0), value: row.text(1), isSafe: row.text(1) != "off")
        }
    }
}
