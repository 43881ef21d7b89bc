package import SQL

/// A SQLite file that is somebody else's, as a connection that only reads.
///
/// Its owner may go on writing: what is read is locked for one statement or one transaction, and a
/// writer of SQLite waits that long. Nothing is ever written, not even a journal.
package actor SQLiteReadConnection: SQLConnection {
    private let executor: BlockingExecutor
    private let database: Database

    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    /// - Throws: `.cannotOpen` where there is no such file; `.corrupt` where it is no database.
    package init(path: String, busyTimeout: Duration = .seconds(30)) throws(SQLError) {
        executor = BlockingExecutor(label: "annals.sqlite.foreign")
        let database = try Database(path: path, access: .read, busyTimeout: busyTimeout)
        do throws(SQLError) {
            // Opening alone does not look into the file.
            _ = try database.rows("SELECT count(*) FROM sqlite_schema")
        } catch {
            throw SQLError(kind: error.kind, code: error.code, message: "\(path): \(error.message)")
        }
        self.database = database
    }

    /// The handler stands outside of the actor: what runs inside of it would leave the actor's thread.
    package nonisolated func query(
        _ statement: SQLStatement, within limit: Duration
    ) async throws(SQLError) -> [SQLRow] {
        let watch = StatementWatch(limit: limit)
        let result = await withTaskCancellationHandler {
            await rows(statement, watch)
        } onCancel: {
            watch.cancel()
        }
        return try result.get()
    }

    private func rows(
        _ statement: SQLStatement, _ watch: StatementWatch
    ) -> Result<[SQLRow], SQLError> {
        database.attach(watch)
        defer { database.detachWatch() }
        do throws(SQLError) {
            return .success(try database.rows(statement))
        } catch {
            guard error.kind == .interrupted, let reason = watch.reason else {
                return .failure(error)
            }
            return .failure(
                SQLError(
                    kind: reason == .cancelled ? .cancelled : .timedOut, code: error.code,
                    message: error.message))
        }
    }

    package func execute(
        _ statement: SQLStatement, within limit: Duration
    ) async throws(SQLError) -> Int {
        _ = try await query(statement, within: limit)
        return database.changes
    }

    package func run(script: String) async throws(SQLError) {
        try database.run(script: script)
    }

    package func ping() async throws(SQLError) {
        _ = try database.rows("SELECT 1")
    }

    package var isUsable: Bool { true }

    /// The file is closed when the last reference goes.
    package func close() async {}
}
