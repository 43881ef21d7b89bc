import CLibPQ
package import SQL

/// Transactions in few round trips. A transaction of three statements takes five otherwise, and each is
/// a wait of two threads for each other on both sides.
extension PostgreSQLConnection {
    /// Begins a transaction with its first statement, in one round trip.
    ///
    /// - Throws: where it fails the transaction may still be open: the caller rolls it back.
    package func begin(
        with statement: SQLStatement, within limit: Duration
    ) throws(SQLError) -> [SQLRow] {
        let wait = Wait(limit)
        do throws(SQLError) {
            return try pipeline(["BEGIN", statement], wait) { result throws(SQLError) in
                try result.rows()
            }
        } catch  where Self.isStalePlan(error) {
            forgetPrepared()
            throw error.asDeadlock
        }
    }

    /// Ends a transaction with its last statement, in one round trip. It is never cancelled: COMMIT
    /// is part of it.
    ///
    /// - Throws: `.unknownOutcome` where the link was lost before the answer came.
    package func commit(
        with statement: SQLStatement, within limit: Duration
    ) throws(SQLError) {
        let wait = Wait(limit, isCancellable: false)
        do throws(SQLError) {
            try pipeline([statement, "COMMIT"], wait) { _ in }
        } catch  where Self.isStalePlan(error) {
            forgetPrepared()
            throw error.asDeadlock
        } catch {
            throw error.kind == .unavailable ? error.withUnknownOutcome : error
        }
    }

    /// The same with rows for a table as the last statement.
    ///
    /// - Parameters:
    ///   - copy: `COPY ... FROM STDIN`.
    ///   - data: in the format that the statement names, whole.
    /// - Throws: `.unknownOutcome` where the link was lost before the answer came.
    package func commit(
        withCopy copy: String, _ data: [UInt8], within limit: Duration
    ) throws(SQLError) {
        do throws(SQLError) {
            // What stands in one text is run without asking in between, and only while all is well.
            _ = try self.copy(
                copy + "; COMMIT", data, Wait(limit, isCancellable: false))
        } catch {
            throw error.kind == .unavailable ? error.withUnknownOutcome : error
        }
    }

    /// Sends several statements at once and waits for all answers.
    ///
    /// - Parameter read: what becomes of the answer to the last statement.
    /// - Throws: the first failure, when everything has been read: the link can go on. What came after
    ///   the failed statement was not run.
    private func pipeline<Output>(
        _ statements: [SQLStatement], _ wait: Wait,
        _ read: (borrowing ServerResult) throws(SQLError) -> Output
    ) throws(SQLError) -> Output {
        let link = try usableLink()
        defer { wait.finish(link) }
        var calls: [PreparedCall] = []
        for statement in statements { calls.append(try call(statement, link, wait)) }
        guard PQenterPipelineMode(link.handle) == 1 else { throw link.lost() }
        for call in calls where call.send(link) != 1 { throw link.lost() }
        guard PQpipelineSync(link.handle) == 1 else { throw link.lost() }
        try link.flush(wait)
        let output = try answers(count: calls.count, link, wait, read)
        guard PQexitPipelineMode(link.handle) == 1 else { throw link.lost() }
        return try output.get()
    }

    private func answers<Output>(
        count: Int, _ link: ServerLink, _ wait: Wait,
        _ read: (borrowing ServerResult) throws(SQLError) -> Output
    ) throws(SQLError) -> Result<Output, SQLError> {
        var output: Result<Output, SQLError>?
        var answered = 0
        while true {
            guard let result = try link.nextResult(wait) else {
                // It ends the answers to one statement, or it is the end of the link.
                answered += 1
                guard answered <= count, link.isUsable else { throw link.lost() }
                continue
            }
            if result.endsPipeline { break }
            if let error = result.failure {
                if case .failure = output { continue }
                output = .failure(wait.ending(error))
            } else if answered == count - 1, output == nil {
                do throws(SQLError) {
                    output = .success(try read(result))
                } catch {
                    output = .failure(error)
                }
            }
        }
        guard let output else { throw link.lost() }
        return output
    }

    private func call(
        _ statement: SQLStatement, _ link: ServerLink, _ wait: Wait
    ) throws(SQLError) -> PreparedCall {
        let text = statement.text { "$\($0)" }
        let values = try Parameters(statement.values)
        return PreparedCall(
            text: text, name: try preparedName(text, values, link, wait), values: values)
    }
}

/// A statement that is ready to be sent.
struct PreparedCall {
    let text: String
    /// Nil where it is to be parsed each time.
    let name: String?
    let values: Parameters

    /// - Returns: 1 where libpq took it.
    func send(_ link: ServerLink) -> Int32 {
        values.withPointers {
            if let name {
                PQsendQueryPrepared(
                    link.handle, name, $0.count, $0.values, $0.lengths, $0.formats, 1)
            } else {
                PQsendQueryParams(
                    link.handle, text, $0.count, $0.types, $0.values, $0.lengths, $0.formats, 1)
            }
        }
    }
}
