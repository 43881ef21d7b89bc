package import EventStore
import Metrics
package import MySQL
import SQL
package import SQLStorage

/// A store on a MySQL or MariaDB server: its connections, and the storages that speak over them.
///
/// Opens nothing by itself: a server that is away, or that has no schema of ours yet, fails requests
/// and not the start.
package struct MySQLStore: Sendable {
    private let database: MySQLDatabase

    package init(connection: MySQLOptions, options: ServerStoreOptions) {
        database = MySQLDatabase(connection: connection, options: options)
    }

    package var storage: any EventStorage { MySQLEventStorage(database) }

    package func close() async {
        await database.close()
    }
}

/// The connections to one database, and what is remembered of its tables.
struct MySQLDatabase: Sendable {
    let connection: MySQLOptions
    let options: ServerStoreOptions
    let writers: ConnectionPool<MySQLConnection>
    let readers: ConnectionPool<MySQLConnection>
    let names: EventTypeNames
    let backlog: PostingBacklog
    let ties = TieWidth()

    init(connection: MySQLOptions, options: ServerStoreOptions) {
        self.connection = connection
        self.options = options
        let names = EventTypeNames()
        self.names = names
        let backlog = PostingBacklog(quiet: options.mergeAfter ?? .seconds(600))
        self.backlog = backlog
        let open: @Sendable () async throws(SQLError) -> MySQLConnection = {
            () async throws(SQLError) in
            // The server may have come back with another state of the tables: from a backup, say.
            names.forget()
            backlog.forget()
            return try await StoreSchema.openServing(connection)
        }
        writers = ConnectionPool(
            ConnectionPoolLimits(
                connections: options.writers, wait: options.wait, maximumAge: options.maximumAge),
            open: open)
        readers = ConnectionPool(
            ConnectionPoolLimits(
                connections: options.readers, wait: options.wait, maximumAge: options.maximumAge),
            open: open)
    }

    /// Runs a transaction, and runs it again where that helps.
    func write<Output: Sendable>(
        _ work: (MySQLConnection) async throws(SQLError) -> Output
    ) async throws(StorageError) -> Output {
        let retry = TransactionRetry { error in
            Counter(
                label: "store_retries",
                dimensions: [("engine", "mysql"), ("cause", error.kind.rawValue)]
            ).increment()
        }
        do throws(SQLError) {
            return try await retry.run { () async throws(SQLError) in
                try await writers.withConnection(work)
            }
        } catch {
            throw StorageError(error)
        }
    }

    /// Work that may take minutes, on a connection of its own.
    func maintain<Output: Sendable>(
        _ work: (MySQLConnection) async throws(SQLError) -> Output
    ) async throws(StorageError) -> Output {
        do throws(SQLError) {
            let connection = try await StoreSchema.openServing(connection)
            do throws(SQLError) {
                let output = try await work(connection)
                await connection.close()
                return output
            } catch {
                await connection.close()
                throw error
            }
        } catch {
            throw StorageError(error)
        }
    }

    /// Lends a connection for reading; a link that turns out to be lost is replaced once.
    func read<Output: Sendable>(
        _ work: (MySQLConnection) async throws(SQLError) -> Output
    ) async throws(StorageError) -> Output {
        do throws(SQLError) {
            do throws(SQLError) {
                return try await readers.withConnection(work)
            } catch {
                guard error.kind == .unavailable || error.kind == .deadlock else { throw error }
                return try await readers.withConnection(work)
            }
        } catch {
            throw StorageError(error)
        }
    }

    func close() async {
        await writers.close()
        await readers.close()
    }
}
