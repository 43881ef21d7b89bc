/// How a store on SQLite is opened.
package struct SQLiteStoreOptions: Sendable, Equatable {
    /// The database file.
    package var path: String
    /// Queries that run at the same time; each has a connection and a thread.
    package var readers: Int
    /// How long a statement waits for another process's lock.
    package var busyTimeout: Duration
    /// How long one page of a query may take.
    package var queryTimeout: Duration
    package var synchronous: Synchronous
    package var sizes: RunSizes
    /// Pages of log that are moved into the database file at once: 64 MiB. Against 16 MiB that writes
    /// 0.82 of the bytes for the same events. See docs/performance.md.
    package var longLog: Int

    package enum Synchronous: String, Sendable, CaseIterable {
        /// Every commit reaches the disk before it is acknowledged.
        case full
        /// A power loss takes the latest commits with it, acknowledged or not. For tests that show it.
        case normal
    }

    package init(
        path: String, readers: Int = 4, busyTimeout: Duration = .seconds(10),
        queryTimeout: Duration = .seconds(30), synchronous: Synchronous = .full,
        sizes: RunSizes = .standard, longLog: Int = 16_384
    ) {
        self.path = path
        self.readers = readers
        self.busyTimeout = busyTimeout
        self.queryTimeout = queryTimeout
        self.synchronous = synchronous
        self.sizes = sizes
        self.longLog = longLog
    }
}
