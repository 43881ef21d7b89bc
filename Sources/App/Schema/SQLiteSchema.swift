import Migrations
package import SQL
import SQLite
package import SQLiteStorage

/// The schema of a SQLite file.
package struct SQLiteSchema: StoreSchema {
    package let dialect = SchemaDialect.sqlite
    package let migrations = Migrations.sqlite
    private let options: SQLiteStoreOptions

    package init(_ options: SQLiteStoreOptions) {
        self.options = options
    }

    package var location: String { options.path }

    /// A file that is not there yet has no history and can be made by an upgrade.
    package func history() async throws(SchemaError) -> SchemaHistory {
        guard DurableFile.exists(options.path) else { return SchemaHistory(steps: []) }
        return try await read { connection throws(SQLError) in
            try await LiveSchema(connection, dialect).history()
        }
    }

    package func description() async throws(SchemaError) -> SchemaDescription {
        guard DurableFile.exists(options.path) else { return SchemaDescription(lines: []) }
        return try await read { connection throws(SQLError) in
            try await LiveSchema(connection, dialect).description()
        }
    }

    package func expectation() throws(SchemaError) -> SchemaDescription {
        do throws(SQLError) {
            return try Schema.expectation()
        } catch {
            throw .database(error)
        }
    }

    package func upgrade(
        _ scope: UpgradeScope, report: @escaping @Sendable (MigratorNews) -> Void
    ) async throws(SchemaError) -> [Migration] {
        do throws(SQLiteStoreError) {
            let applied = try SQLiteStore.upgrade(options, scope)
            for step in applied { report(.applied(step)) }
            return applied
        } catch {
            throw .refused(SchemaRefusal(error.description))
        }
    }

    private func read<Output>(
        _ work: (SQLiteReadConnection) async throws(SQLError) -> Output
    ) async throws(SchemaError) -> Output {
        do throws(SQLError) {
            return try await work(SQLiteReadConnection(path: options.path))
        } catch {
            throw .refused(
                SchemaRefusal(SQLiteStoreError.database(path: options.path, error).description))
        }
    }
}
