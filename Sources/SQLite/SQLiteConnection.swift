package import SQL

/// A database on a thread of its own, for callers that just `await`.
package actor SQLiteConnection {
    private nonisolated let executor: BlockingExecutor
    private let database: Database

    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    /// - Parameter configure: runs once on the open database, before anybody else can use it.
    package init(
        path: String, access: Database.Access, busyTimeout: Duration, label: String,
        configure: (Database) throws(SQLError) -> Void
    ) throws(SQLError) {
        executor = BlockingExecutor(label: label)
        let database = try Database(path: path, access: access, busyTimeout: busyTimeout)
        try configure(database)
        self.database = database
    }

    /// Runs `work` on the connection's thread; nothing else uses the database meanwhile.
    package func run<Output: Sendable, Failure: Error>(
        _ work: (Database) throws(Failure) -> Output
    ) throws(Failure) -> Output {
        try work(database)
    }
}
