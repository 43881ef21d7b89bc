/// How a store uses its database server; the same for every engine.
package struct ServerStoreOptions: Sendable, Equatable {
    /// A query that runs for longer is cancelled in the server.
    package var queryTimeout: Duration
    /// Most connections that write; groups of events are written side by side on them.
    package var writers: Int
    /// Most connections that read.
    package var readers: Int
    package var maximumAge: Duration
    /// Longest time a caller stands in line for a connection.
    package var wait: Duration
    package var partitions: PartitionInterval
    /// Stretches that are prepared ahead of the present one.
    package var partitionsAhead: Int
    /// How long a day must have had no new events before its index is made smaller, where the engine
    /// has such a thing; nil leaves it as it is.
    package var mergeAfter: Duration?
    /// False behind a pooler that hands a connection from transaction to transaction.
    package var usesPreparedStatements: Bool

    package init(
        queryTimeout: Duration = .seconds(30), writers: Int = 2, readers: Int = 8,
        maximumAge: Duration = .seconds(1800), wait: Duration = .seconds(5),
        partitions: PartitionInterval = .week,
        partitionsAhead: Int = 4, mergeAfter: Duration? = .seconds(600),
        usesPreparedStatements: Bool = true
    ) {
        self.queryTimeout = queryTimeout
        self.writers = writers
        self.readers = readers
        self.maximumAge = maximumAge
        self.wait = wait
        self.partitions = partitions
        self.partitionsAhead = partitionsAhead
        self.mergeAfter = mergeAfter
        self.usesPreparedStatements = usesPreparedStatements
    }
}
