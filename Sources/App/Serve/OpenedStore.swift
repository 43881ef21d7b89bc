package import EventStore
package import SQL
package import SQLiteStorage

/// The store that `database.url` names, opened.
package struct OpenedStore: Sendable {
    package let storage: any EventStorage
    private let sqlite: SQLiteStore

    /// - Parameter role: whether this process serves the store or works beside one that does.
    package init(
        _ settings: DatabaseSettings, as role: SQLiteStore.Role,
        report: @escaping @Sendable (SQLError) -> Void = { _ in }
    ) throws(SQLiteStoreError) {
        sqlite = try SQLiteStore(settings.sqliteOptions, as: role, report: report)
        storage = SQLiteEventStorage(sqlite)
    }

    /// Refuses an engine that could lose what was acknowledged, unless the operator allows it.
    package func requireDurability(_ settings: DatabaseSettings) async throws(SettingsError) {
        let status = await storage.status()
        if status.isDurable || settings.allowUnsafe { return }
        let unsafe = status.durability.filter { !$0.isSafe }.map { "\($0.name) = \($0.value)" }
        let reason = status.failure ?? unsafe.joined(separator: ", ")
        throw SettingsError([
            "database.url: the store would not keep its promise (\(reason)): an acknowledged event "
                + "could be lost. database.allow_unsafe starts all the same."
        ])
    }

    /// Ends what runs in the background. Nothing acknowledged depends on it.
    package func close() async {
        await sqlite.close()
    }
}

extension DatabaseSettings {
    package var sqliteOptions: SQLiteStoreOptions {
        switch url {
        case .sqlite(let path, let synchronous):
            SQLiteStoreOptions(
                path: path, queryTimeout: queryTimeout,
                synchronous: synchronous == .full ? .full : .normal)
        }
    }
}
