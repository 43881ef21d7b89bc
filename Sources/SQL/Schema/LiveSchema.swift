/// The schema of a database as it is now, read through one connection. Changes nothing.
package struct LiveSchema: Sendable {
    private let connection: any SQLConnection
    private let dialect: SchemaDialect

    package init(_ connection: any SQLConnection, _ dialect: SchemaDialect) {
        self.connection = connection
        self.dialect = dialect
    }

    package func history() async throws(SQLError) -> SchemaHistory {
        let tables = try await connection.query(dialect.tables).map { $0.text(0) }
        // Looked at after the tables: another runner may be making the history this very moment, and
        // makes it before anything else.
        let columns = try await connection.query(dialect.historyColumns).map { $0.text(0) }
        if columns.isEmpty { return SchemaHistory(steps: [], foreignTables: tables) }
        let rows = try await connection.query(dialect.history(columns: columns))
        return SchemaHistory(steps: rows.map(AppliedMigration.init(row:)))
    }

    package func status(for migrations: [Migration]) async throws(SQLError) -> SchemaStatus {
        SchemaStatus(try await history(), migrations: migrations)
    }

    package func description() async throws(SQLError) -> SchemaDescription {
        var lines: [String] = []
        for query in dialect.catalog {
            lines += try await connection.query(query).map { $0.text(0) }
        }
        return SchemaDescription(lines: lines)
    }
}
