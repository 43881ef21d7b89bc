import EventCopy
import EventStore
import MySQL
import OpenSSL
import PankoStorage
import PostgreSQL
import SQL
import SQLite
import SQLiteStorage

/// Where events are copied from, opened.
struct OpenedSource {
    let source: any CopySource
    private let store: OpenedStore?

    init(_ endpoint: CopyEndpoint) throws {
        switch endpoint.kind {
        case .store:
            let store = try OpenedStore(endpoint.database, as: .beside)
            self.store = store
            source = StoreSource(store.storage)
        case .panko:
            store = nil
            source = try Self.panko(endpoint.database)
        }
    }

    func close() async {
        await store?.close()
    }

    private static func panko(_ settings: DatabaseSettings) throws -> any CopySource {
        switch settings.url {
        case .sqlite(let path, _):
            // Opened once here, so that a wrong path is said at once.
            _ = try SQLiteReadConnection(path: path)
            return pankoSource(.sqlite) { () throws(SQLError) in
                try SQLiteReadConnection(path: path)
            }
        case .postgresql(var options):
            options.connectTimeout = settings.connectTimeout
            options.usesPreparedStatements = settings.preparedStatements
            return pankoSource(.postgresql) { [options] () async throws(SQLError) in
                try await PostgreSQLConnection.open(options)
            }
        case .mysql(var options):
            options.connectTimeout = settings.connectTimeout
            return pankoSource(.mysql) { [options] () async throws(SQLError) in
                try await MySQLConnection.open(options)
            }
        }
    }

    /// Pages are read one after the other, so there is one connection.
    private static func pankoSource<Connection: SQLConnection>(
        _ dialect: PankoDialect,
        open: @escaping @Sendable () async throws(SQLError) -> Connection
    ) -> any CopySource {
        // No sign of life is asked for: that asks for a server that takes writes, and a standby will
        // do here.
        let limits = ConnectionPoolLimits(
            connections: 1, wait: .seconds(600), idleCheck: .seconds(86_400))
        return PankoDatabase(
            ConnectionPool(limits, open: open), dialect, digest: SHA256.digest)
    }
}
