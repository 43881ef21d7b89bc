import CSQLite
package import SQL

/// One open SQLite database file. Not for sharing: it belongs to one thread, in practice to one
/// `SQLiteConnection`.
package final class Database {
    let handle: OpaquePointer
    /// Pages in the log after the last commit of this connection; kept once it has taken over the
    /// checkpoints.
    package internal(set) var logPages = 0
    private var statements: [UnsafePointer<UInt8>: PreparedStatement] = [:]

    package enum Access: Sendable {
        /// Creates the file where there is none.
        case readWriteCreate
        case readWrite
        case read
    }

    /// - Parameter busyTimeout: how long a statement waits for another process's lock.
    package init(path: String, access: Access, busyTimeout: Duration) throws(SQLError) {
        var handle: OpaquePointer?
        let flags =
            switch access {
            case .readWriteCreate: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
            case .readWrite: SQLITE_OPEN_READWRITE
            case .read: SQLITE_OPEN_READONLY
            }
        let code = sqlite3_open_v2(path, &handle, flags | SQLITE_OPEN_NOMUTEX, nil)
        guard code == SQLITE_OK, let handle else {
            let error = SQLError(code: code, in: handle)
            sqlite3_close_v2(handle)
            throw SQLError(kind: error.kind, code: error.code, message: "\(path): \(error.message)")
        }
        self.handle = handle
        let milliseconds = busyTimeout.components.seconds * 1000
        sqlite3_busy_timeout(handle, Int32(clamping: milliseconds))
    }

    deinit {
        // Statements first: SQLite keeps a database open while one of its statements lives.
        statements.removeAll()
        sqlite3_close_v2(handle)
    }

    /// Runs a statement that is compiled once and kept.
    ///
    /// The text is a `StaticString`, so that no value can be written into it.
    package func execute(
        _ statement: StaticString, _ values: [SQLValue] = []
    ) throws(SQLError) {
        try query(statement, values) { _ in }
    }

    /// Calls `body` for each row.
    package func query(
        _ statement: StaticString, _ values: [SQLValue] = [], _ body: (Row) throws(SQLError) -> Void
    ) throws(SQLError) {
        try scan(statement, values) { row throws(SQLError) in
            try body(row)
            return true
        }
    }

    /// Calls `body` for each row until it returns false.
    package func scan(
        _ statement: StaticString, _ values: [SQLValue] = [], _ body: (Row) throws(SQLError) -> Bool
    ) throws(SQLError) {
        let prepared = try self.prepared(statement)
        defer { prepared.reset() }
        try prepared.bind(values)
        while try prepared.step() {
            guard try body(prepared.row) else { return }
        }
    }

    /// What `body` makes of the first row; nil where there is none.
    package func first<Output>(
        _ statement: StaticString, _ values: [SQLValue] = [], _ body: (Row) -> Output
    ) throws(SQLError) -> Output? {
        let prepared = try self.prepared(statement)
        defer { prepared.reset() }
        try prepared.bind(values)
        return try prepared.step() ? body(prepared.row) : nil
    }

    /// Runs a script of several statements: migrations, which are files of ours.
    package func run(script: String) throws(SQLError) {
        let code = sqlite3_exec(handle, script, nil, nil, nil)
        guard code == SQLITE_OK else { throw SQLError(code: code, in: handle) }
    }

    /// All of `body` or nothing of it, durable when this returns.
    package func transaction<Output>(
        _ body: () throws(SQLError) -> Output
    ) throws(SQLError) -> Output {
        try execute("BEGIN IMMEDIATE")
        do {
            let output = try body()
            try execute("COMMIT")
            return output
        } catch {
            rollBack()
            throw error
        }
    }

    /// One unchanging view of the database for all reads in `body`.
    package func snapshot<Output>(
        _ body: () throws(SQLError) -> Output
    ) throws(SQLError) -> Output {
        try execute("BEGIN")
        defer { rollBack() }
        return try body()
    }

    /// What SQLite plans for each statement this connection has compiled, and how many steps each of
    /// them has made so far through rows that no index chose. For tests and for looking into a store.
    package func plans() throws(SQLError) -> [StatementPlan] {
        var plans: [StatementPlan] = []
        for statement in statements.values where !statement.text.hasPrefix("PRAGMA") {
            let explained = try PreparedStatement(
                "EXPLAIN QUERY PLAN " + statement.text, in: handle)
            var lines: [String] = []
            while try explained.step() { lines.append(explained.row.text(3)) }
            plans.append(
                StatementPlan(
                    statement: statement.text, lines: lines, scannedRows: statement.scannedRows))
        }
        return plans
    }

    /// Rows that the last INSERT, UPDATE or DELETE changed.
    package var changes: Int { Int(sqlite3_changes(handle)) }

    private func rollBack() {
        // After some errors SQLite has rolled back by itself; a second time would be an error.
        guard sqlite3_get_autocommit(handle) == 0 else { return }
        sqlite3_exec(handle, "ROLLBACK", nil, nil, nil)
    }

    private func prepared(_ statement: StaticString) throws(SQLError) -> PreparedStatement {
        if let known = statements[statement.utf8Start] { return known }
        let made = try PreparedStatement("\(statement)", in: handle)
        statements[statement.utf8Start] = made
        return made
    }
}

extension Database {
    /// SQLite's version, as in `3.40.1`.
    package static var version: String { String(cString: sqlite3_libversion()) }
}

/// How SQLite answers a statement.
package struct StatementPlan: Sendable {
    package let statement: String
    /// `SEARCH event USING INTEGER PRIMARY KEY (rowid=?)` and the like.
    package let lines: [String]
    /// Rows stepped over without an index, measured.
    package let scannedRows: Int
}
