package import SQL

/// The schema of the store that `database.url` names, whatever its engine.
package protocol StoreSchema: Sendable {
    var dialect: SchemaDialect { get }
    /// The steps this build knows.
    var migrations: [Migration] { get }
    /// Where the database is, without any secret.
    var location: String { get }

    func history() async throws(SchemaError) -> SchemaHistory

    /// What is there.
    func description() async throws(SchemaError) -> SchemaDescription

    /// What should be there once all steps are applied.
    func expectation() throws(SchemaError) -> SchemaDescription

    /// - Returns: the steps that were applied; empty where there was nothing to do.
    func upgrade(
        _ scope: UpgradeScope, report: @escaping @Sendable (MigratorNews) -> Void
    ) async throws(SchemaError) -> [Migration]
}

extension StoreSchema {
    package var wanted: Int { migrations.map(\.version).max() ?? 0 }

    package func status() async throws(SchemaError) -> SchemaStatus {
        SchemaStatus(try await history(), migrations: migrations)
    }

    package func plan(_ scope: UpgradeScope) async throws(SchemaError) -> SchemaPlan {
        let history = try await history()
        do throws(SchemaRefusal) {
            return try SchemaPlan(scope, history: history, migrations: migrations)
        } catch {
            throw .refused(error)
        }
    }

    /// A sentence for everything that is otherwise than this build expects.
    package func findings() async throws(SchemaError) -> [String] {
        let history = try await history()
        let status = SchemaStatus(history, migrations: migrations)
        // What a build does not know it cannot compare.
        if let reason = status.reason { return [reason] }
        if status.verdict == .ahead {
            return [
                "The database has schema \(status.current), which this build does not know: it "
                    + "knows up to \(status.wanted). Check it with the newer build."
            ]
        }
        let missing = migrations.filter { $0.version > status.current }.map {
            "The step \($0.name) is missing. Run `annals db upgrade`."
        }
        return try missing + SchemaPlan.changes(history, migrations)
            + (await description()).differences(from: expectation())
    }
}
