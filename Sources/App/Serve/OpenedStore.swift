package import EventStore
import MySQLStorage
import PostgreSQLStorage
package import SQL
package import SQLiteStorage

/// The store that `database.url` names, opened.
package struct OpenedStore: Sendable {
    package let storage: any EventStorage
    private let engine: Engine

    private enum Engine {
        case sqlite(SQLiteStore)
        case postgresql(PostgreSQLStore)
        case mysql(MySQLStore)
    }

    /// A server need not be there yet: what is asked of it fails until it is.
    ///
    /// - Parameter role: whether this process serves the store or works beside one that does.
    package init(
        _ settings: DatabaseSettings, as role: SQLiteStore.Role,
        report: @escaping @Sendable (SQLError) -> Void = { _ in }
    ) throws(SQLiteStoreError) {
        switch settings.url {
        case .sqlite(let path, let synchronous):
            let store = try SQLiteStore(
                settings.sqliteOptions(path, synchronous), as: role, report: report)
            engine = .sqlite(store)
            storage = SQLiteEventStorage(store)
        case .postgresql(let options):
            let store = PostgreSQLStore(
                PostgreSQLStoreOptions(connection: options, server: settings.serverOptions))
            engine = .postgresql(store)
            storage = store.storage
        case .mysql(let options):
            let store = MySQLStore(connection: options, options: settings.serverOptions)
            engine = .mysql(store)
            storage = store.storage
        }
    }

    /// What the store says of itself at the start.
    ///
    /// - Parameter limit: nil waits for a server that is away as long as connecting may take.
    /// - Returns: nil where it has not answered by then.
    package func firstStatus(within limit: Duration?) async -> StorageStatus? {
        guard let limit else { return await storage.status() }
        return await waiting(limit) { [storage] in await storage.status() }
    }

    /// Refuses an engine that could lose what was acknowledged, unless the operator allows it.
    ///
    /// - Returns: why nothing can be written yet; nil where all is well. A server may come later.
    package func requireDurability(
        of status: StorageStatus, _ settings: DatabaseSettings
    ) throws(SettingsError) -> String? {
        if settings.allowUnsafe { return status.failure }
        if let unsafe = status.unsafeSettings {
            throw SettingsError([
                "database.url: \(unsafe). Correct the server's settings; database.allow_unsafe "
                    + "starts all the same."
            ])
        }
        if case .sqlite = engine, let failure = status.failure {
            throw SettingsError(["database.url: the store cannot be written: \(failure)"])
        }
        return status.failure
    }

    /// Ends what runs in the background. Nothing acknowledged depends on it, and a server that does
    /// not answer must not hold up the end of the service: its connections end with the process.
    package func close() async {
        let limit = Duration.seconds(2)
        switch engine {
        case .sqlite(let store): await store.close()
        case .postgresql(let store): await waiting(limit) { await store.close() }
        case .mysql(let store): await waiting(limit) { await store.close() }
        }
    }
}

extension DatabaseSettings {
    package func sqliteOptions(
        _ path: String, _ synchronous: SQLiteSynchronous
    ) -> SQLiteStoreOptions {
        SQLiteStoreOptions(
            path: path, queryTimeout: queryTimeout,
            synchronous: synchronous == .full ? .full : .normal)
    }

    /// Nil for a server.
    package var sqliteOptions: SQLiteStoreOptions? {
        guard case .sqlite(let path, let synchronous) = url else { return nil }
        return sqliteOptions(path, synchronous)
    }
}
