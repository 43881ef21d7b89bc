import CLibPQ
package import SQL

/// A link to a PostgreSQL server on a thread of its own, for callers that just `await`.
///
/// The binary forms: see `Parameters` for values on their way in and `ServerResult` for rows.
package actor PostgreSQLConnection: SQLConnection {
    private nonisolated let executor = BlockingExecutor(label: "annals.postgresql")
    private let options: PostgreSQLOptions
    private var link: ServerLink?
    /// Names of the statements that the server has prepared for this link, by their text.
    private var prepared: [String: String] = [:]
    /// Statements prepared so far: no name is used twice.
    private var preparations = 0

    /// More would only hold memory in the server; what comes after is parsed each time.
    private static let mostPrepared = 200

    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    private init(_ options: PostgreSQLOptions) {
        self.options = options
    }

    /// - Throws: `.unavailable`, `.denied`, `.notWritable` or `.cannotOpen`, with libpq's words and
    ///   what to do about it.
    package static func open(
        _ options: PostgreSQLOptions
    ) async throws(SQLError) -> PostgreSQLConnection {
        let connection = PostgreSQLConnection(options)
        try await connection.connect()
        return connection
    }

    private func connect() throws(SQLError) {
        link = try ServerLink(options)
    }

    package var isUsable: Bool { link?.isUsable ?? false }

    package func close() {
        link = nil
        prepared = [:]
    }

    package func ping() async throws(SQLError) {
        let rows = try query(
            "SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean",
            within: .seconds(5))
        if options.wantsWrites, rows.first?.integer(0) != 0 {
            throw SQLError(
                kind: .notWritable, code: 0, state: "25006",
                message: "the server takes no writes (any more)")
        }
    }

    package func query(
        _ statement: SQLStatement, within limit: Duration
    ) throws(SQLError) -> [SQLRow] {
        try ask(statement, within: limit, keepsPlan: true) { result throws(SQLError) in
            try result.rows()
        }
    }

    @discardableResult
    package func execute(
        _ statement: SQLStatement, within limit: Duration
    ) throws(SQLError) -> Int {
        try ask(statement, within: limit, keepsPlan: true) { result in result.changes }
    }

    /// As `query`, planned anew for these very values: for searches, where a plan that fits one
    /// value is a bad one for the next.
    package func search(
        _ statement: SQLStatement, within limit: Duration
    ) throws(SQLError) -> [SQLRow] {
        try ask(statement, within: limit, keepsPlan: false) { result throws(SQLError) in
            try result.rows()
        }
    }

    package func run(script: String) throws(SQLError) {
        let link = try usableLink()
        // A migration takes as long as it takes.
        let wait = Wait(.seconds(7 * 86_400))
        defer { wait.finish(link) }
        guard PQsendQuery(link.handle, script) == 1 else { throw link.lost() }
        try link.flush(wait)
        _ = try drain(link, wait) { _ in }
    }

    /// Sends rows to the table that a `COPY ... FROM STDIN` names.
    ///
    /// - Parameter data: in the format that the statement names, whole.
    /// - Returns: how many rows went in.
    package func copy(
        _ statement: String, _ data: [UInt8], within limit: Duration
    ) throws(SQLError) -> Int {
        try copy(statement, data, Wait(limit))
    }

    func copy(_ statement: String, _ data: [UInt8], _ wait: Wait) throws(SQLError) -> Int {
        let link = try usableLink()
        defer { wait.finish(link) }
        guard PQsendQuery(link.handle, statement) == 1 else { throw link.lost() }
        try link.flush(wait)
        try awaitCopy(link, wait)
        do throws(SQLError) {
            try put(data, link, wait)
        } catch {
            // The server has its own reason, which says more.
            _ = try drain(link, wait) { _ in }
            throw error
        }
        return try drain(link, wait) { result in result.changes } ?? 0
    }
}

extension PostgreSQLConnection {
    func usableLink() throws(SQLError) -> ServerLink {
        guard let link, link.isUsable else {
            throw SQLError(
                kind: .unavailable, code: 0, state: "08003",
                message: "the link to PostgreSQL was lost or closed before")
        }
        return link
    }

    /// One statement, its values and its answer.
    private func ask<Output>(
        _ statement: SQLStatement, within limit: Duration, keepsPlan: Bool,
        _ read: (borrowing ServerResult) throws(SQLError) -> Output
    ) throws(SQLError) -> Output {
        let link = try usableLink()
        let text = statement.text { "$\($0)" }
        let wait = Wait(limit, isCancellable: text != "COMMIT")
        defer { wait.finish(link) }
        let values = try Parameters(statement.values)
        let wasIdle = link.isIdle
        do throws(SQLError) {
            return try ask(text, values, link, wait, isKept: keepsPlan, read)
        } catch  where Self.isStalePlan(error) {
            // Another session took its place behind a pooler, or the schema has moved on.
            prepared = [:]
            guard wasIdle else { throw error.asDeadlock }
            return try ask(text, values, link, wait, isKept: false, read)
        }
    }

    private func ask<Output>(
        _ text: String, _ values: Parameters, _ link: ServerLink, _ wait: Wait, isKept: Bool,
        _ read: (borrowing ServerResult) throws(SQLError) -> Output
    ) throws(SQLError) -> Output {
        let name = isKept ? try preparedName(text, values, link, wait) : nil
        try send(link, wait) { PreparedCall(text: text, name: name, values: values).send(link) }
        guard let output = try drain(link, wait, read) else { throw link.lost() }
        return output
    }

    private func send(
        _ link: ServerLink, _ wait: Wait, _ body: () -> Int32
    ) throws(SQLError) {
        guard body() == 1 else { throw link.lost() }
        try link.flush(wait)
    }

    /// - Returns: nil where the statement is to be parsed each time.
    func preparedName(
        _ text: String, _ values: Parameters, _ link: ServerLink, _ wait: Wait
    ) throws(SQLError) -> String? {
        if let known = prepared[text] { return known }
        guard options.usesPreparedStatements, prepared.count < Self.mostPrepared,
            !values.types.isEmpty
        else { return nil }
        preparations += 1
        let name = "annals_\(preparations)"
        try send(link, wait) {
            values.withPointers { PQsendPrepare(link.handle, name, text, $0.count, $0.types) }
        }
        _ = try drain(link, wait) { _ in }
        prepared[text] = name
        return name
    }

    /// All answers to what was asked; reads the last one.
    ///
    /// - Throws: the first failure, when everything has been read: the link can go on.
    private func drain<Output>(
        _ link: ServerLink, _ wait: Wait,
        _ read: (borrowing ServerResult) throws(SQLError) -> Output
    ) throws(SQLError) -> Output? {
        var failure: SQLError?
        var output: Output?
        while let result = try link.nextResult(wait) {
            if let error = result.failure {
                failure = failure ?? wait.ending(error)
            } else if failure == nil {
                do throws(SQLError) { output = try read(result) } catch { failure = error }
            }
            if result.awaitsCopyData { PQputCopyEnd(link.handle, "not asked for") }
        }
        if let failure { throw failure }
        return output
    }

    private func awaitCopy(_ link: ServerLink, _ wait: Wait) throws(SQLError) {
        if let result = try link.nextResult(wait) {
            if result.awaitsCopyData { return }
            let failure = result.failure.map(wait.ending)
            _ = try drain(link, wait) { _ in }
            if let failure { throw failure }
        }
        throw SQLError(
            kind: .misuse, code: 0, state: "42601", message: "the statement takes no rows by COPY")
    }

    private func put(_ data: [UInt8], _ link: ServerLink, _ wait: Wait) throws(SQLError) {
        let pieceSize = 1 << 18
        for start in stride(from: 0, to: data.count, by: pieceSize) {
            let count = min(pieceSize, data.count - start)
            let code = data.withUnsafeBytes { bytes in
                PQputCopyData(
                    link.handle,
                    bytes.baseAddress.map { ($0 + start).assumingMemoryBound(to: CChar.self) },
                    Int32(count))
            }
            guard code == 1 else { throw link.lost() }
            try link.flush(wait)
        }
        guard PQputCopyEnd(link.handle, nil) == 1 else { throw link.lost() }
        try link.flush(wait)
    }

    func forgetPrepared() {
        prepared = [:]
    }

    /// The prepared statement is not there, or gives other columns than it did.
    static func isStalePlan(_ error: SQLError) -> Bool {
        error.state == "26000" || error.state == "0A000"
    }
}

extension SQLError {
    /// The transaction is lost, and succeeds when all of it is run again.
    var asDeadlock: SQLError {
        SQLError(kind: .deadlock, code: code, state: state, message: message)
    }
}
