package import SQL

/// A link to a MySQL or MariaDB server on a thread of its own, for callers that just `await`.
///
/// Statements are prepared once and kept by their text. Where a statement was ended because it took
/// too long or nobody waited for it, the link goes with it.
package actor MySQLConnection: SQLConnection {
    private nonisolated let executor: BlockingExecutor
    private nonisolated let watchdog: Watchdog
    /// The host this link leads to, for people.
    package nonisolated let server: String
    private var link: MySQLLink?

    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    /// Opens a link to the first host that answers, lets us in and takes writes; where none takes
    /// writes, to the first one that answers.
    ///
    /// - Throws: what the last host said; its message says what to do.
    package static func open(
        _ options: MySQLOptions
    ) async throws(SQLError) -> MySQLConnection {
        try await LinkOpener(options).open()
    }

    init(_ opened: OpenedLink, _ options: MySQLOptions, _ executor: BlockingExecutor) {
        self.executor = executor
        server = options.socket ?? opened.host.description
        watchdog = Watchdog(
            options, host: opened.host, link: opened.identity, socket: opened.link.socket)
        link = opened.link
    }

    package func query(
        _ statement: SQLStatement, within limit: Duration
    ) async throws(SQLError) -> [SQLRow] {
        let text = statement.text { _ in "?" }
        let values = statement.values
        return try await run(within: limit) { link throws(SQLError) in
            try link.query(text, values)
        }
    }

    @discardableResult
    package func execute(
        _ statement: SQLStatement, within limit: Duration
    ) async throws(SQLError) -> Int {
        let text = statement.text { _ in "?" }
        let values = statement.values
        return try await run(within: limit, isKillable: text != "COMMIT") {
            link throws(SQLError) in try link.change(text, values)
        }
    }

    /// Runs a statement once for each row, in as few round trips as the server's
    /// `max_allowed_packet` allows.
    ///
    /// - Returns: how many rows were changed, over all.
    /// - Throws: `.misuse` for a row that alone is larger than the server takes.
    @discardableResult
    package func execute(
        _ statement: StaticString, for rows: BulkRows, within limit: Duration = .seconds(60)
    ) async throws(SQLError) -> Int {
        let text = "\(statement)"
        return try await run(within: limit) { link throws(SQLError) in
            var count = 0
            for part in try BulkParts(rows, mostBytes: link.mostBytes) {
                count +=
                    try link.takesBulk
                    ? link.change(text, rows, part) : link.changeOneByOne(text, rows, part)
            }
            return count
        }
    }

    package func run(script: String) async throws(SQLError) {
        try await run(within: .seconds(86_400)) { link throws(SQLError) in
            try link.run(script: script)
        }
    }

    package func ping() async throws(SQLError) {
        try await run(within: .seconds(5)) { link throws(SQLError) in
            let row = try link.query("SELECT @@read_only", []).first
            if row?.integer(0) != 0 {
                throw SQLError(
                    kind: .notWritable, code: 1290, message: "the server is set to read_only")
            }
        }
    }

    /// Largest statement or row the server takes, in bytes.
    package var mostBytes: Int { link?.mostBytes ?? 0 }

    package var isUsable: Bool { link.map { !$0.isBroken } ?? false }

    package func close() {
        watchdog.retire()
        link = nil
    }

    /// The handler stands outside of the actor: what runs inside of it would leave the actor's thread.
    private nonisolated func run<Output: Sendable>(
        within limit: Duration, isKillable: Bool = true,
        _ work: @Sendable (MySQLLink) throws(SQLError) -> Output
    ) async throws(SQLError) -> Output {
        let ticket = watchdog.ticket()
        let result = await withTaskCancellationHandler {
            await perform(ticket, within: limit, isKillable: isKillable, work)
        } onCancel: {
            watchdog.cancel(ticket)
        }
        return try result.get()
    }

    private func perform<Output: Sendable>(
        _ ticket: Int, within limit: Duration, isKillable: Bool,
        _ work: (MySQLLink) throws(SQLError) -> Output
    ) -> Result<Output, SQLError> {
        guard let link else {
            return .failure(
                SQLError(
                    kind: .unavailable, code: 0, message: "the link to the server is closed"))
        }
        guard watchdog.begin(ticket, within: limit, isKillable: isKillable) else {
            return .failure(Self.gone)
        }
        let result = Result { () throws(SQLError) in try work(link) }
        let verdict = watchdog.end()
        // A kill that is still on its way must not meet the next statement.
        if verdict != nil || link.isBroken { close() }
        switch (result, verdict) {
        case (.success, _), (.failure, nil): return result
        case (.failure, _) where !isKillable: return result
        case (.failure, .cancelled): return .failure(Self.gone)
        case (.failure, .timedOut):
            return .failure(
                SQLError(
                    kind: .timedOut, code: 0,
                    message: "the statement ran into its limit of \(limit)"))
        }
    }

    private static var gone: SQLError {
        SQLError(kind: .cancelled, code: 0, message: "the caller has gone")
    }
}
