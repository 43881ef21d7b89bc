package import EventStore
import Logging
import Metrics
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

    /// Ends what runs in the background. Nothing acknowledged depends on it.
    package func close() async {
        await sqlite.close()
    }
}

extension DatabaseSettings {
    package var sqliteOptions: SQLiteStoreOptions {
        switch url {
        case .sqlite(let path): SQLiteStoreOptions(path: path, queryTimeout: queryTimeout)
        }
    }
}
