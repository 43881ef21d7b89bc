package import EventStore
import PostgreSQL
import SQL
import SQLStorage

/// The connections to a PostgreSQL server, and the events behind them.
package struct PostgreSQLStore: Sendable {
    package let storage: any EventStorage
    private let links: StoreLinks

    /// Connects when something is asked for: a server that is away fails the callers and not the
    /// start.
    package init(_ options: PostgreSQLStoreOptions) {
        links = StoreLinks(options)
        storage = PostgreSQLEventStorage(links)
    }

    package func close() async {
        await links.close()
    }
}

/// What the parts of a storage share: the pools, and what is remembered of the database.
struct StoreLinks: Sendable {
    let options: PostgreSQLStoreOptions
    let sizes: StoreSizes
    let writers: ConnectionPool<PostgreSQLConnection>
    let readers: ConnectionPool<PostgreSQLConnection>
    let types: EventTypeTable
    let partitions: PartitionTable

    init(_ options: PostgreSQLStoreOptions, sizes: StoreSizes = .standard) {
        var connection = options.connection
        connection.usesPreparedStatements = options.server.usesPreparedStatements
        let types = EventTypeTable()
        let partitions = PartitionTable()
        let address = connection
        let open = { @Sendable () async throws(SQLError) -> PostgreSQLConnection in
            let link = try await PostgreSQLConnection.open(address)
            // It may lead to another server, which took over and may know less than the last one.
            types.forget()
            partitions.forget()
            return link
        }
        func pool(_ connections: Int) -> ConnectionPool<PostgreSQLConnection> {
            ConnectionPool(
                ConnectionPoolLimits(
                    connections: max(1, connections), wait: options.server.wait,
                    maximumAge: options.server.maximumAge),
                open: open)
        }
        self.options = options
        self.sizes = sizes
        self.types = types
        self.partitions = partitions
        writers = pool(options.server.writers)
        readers = pool(options.server.readers)
    }

    func close() async {
        await writers.close()
        await readers.close()
    }
}
