/// A link to a database server, lent to one caller at a time by a `ConnectionPool`.
///
/// Every call may wait for the server; none holds one of Swift's own threads meanwhile. A caller that
/// is cancelled has its statement cancelled in the server within a second and gets `.cancelled`.
package protocol SQLConnection: Sendable {
    /// The rows of one statement.
    ///
    /// - Parameter limit: the statement is cancelled in the server after that, with `.timedOut`.
    func query(_ statement: SQLStatement, within limit: Duration) async throws(SQLError) -> [SQLRow]

    /// - Returns: how many rows one statement changed.
    func execute(_ statement: SQLStatement, within limit: Duration) async throws(SQLError) -> Int

    /// Runs a script of several statements without values: migrations, which are files of ours.
    func run(script: String) async throws(SQLError)

    /// One round trip.
    ///
    /// - Throws: where the link is lost, or the server does not take writes (any more).
    func ping() async throws(SQLError)

    /// False once the link is lost or its state is unknown; never true again after that.
    var isUsable: Bool { get async }

    /// Ends the link. Nothing may be asked of it afterwards.
    func close() async
}

extension SQLConnection {
    package func query(_ statement: SQLStatement) async throws(SQLError) -> [SQLRow] {
        try await query(statement, within: .seconds(60))
    }

    @discardableResult
    package func execute(_ statement: SQLStatement) async throws(SQLError) -> Int {
        try await execute(statement, within: .seconds(60))
    }

    /// All of `body` or nothing of it, durable when this returns.
    ///
    /// - Parameter begin: for an isolation other than the server's default.
    /// - Throws: `.unknownOutcome` where the link was lost between COMMIT and its answer.
    package func transaction<Output>(
        _ begin: SQLStatement = "BEGIN", _ body: () async throws(SQLError) -> Output
    ) async throws(SQLError) -> Output {
        try await execute(begin)
        let output: Output
        do throws(SQLError) {
            output = try await body()
        } catch {
            // Where the link is lost the server rolls back by itself.
            if await isUsable { _ = try? await execute("ROLLBACK") }
            throw error
        }
        do throws(SQLError) {
            try await execute("COMMIT")
        } catch {
            throw error.kind == .unavailable ? error.withUnknownOutcome : error
        }
        return output
    }
}
