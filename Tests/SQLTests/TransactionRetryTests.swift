import SQL
import Testing

@Suite("Running a transaction again")
struct TransactionRetryTests {
    static let cases: [(SQLError.Kind, failures: Int, succeeds: Bool)] = [
        (.deadlock, 4, true), (.deadlock, 5, false), (.unavailable, 2, true),
        (.unavailable, 3, false), (.unknownOutcome, 1, true), (.notWritable, 2, true),
        (.constraint, 1, false), (.timedOut, 1, false), (.cancelled, 1, false),
    ]

    @Test("helps where another attempt can succeed, and ends", arguments: cases)
    func attempts(kind: SQLError.Kind, failures: Int, succeeds: Bool) async {
        let error = SQLError(kind: kind, code: 0, message: "no")
        let retry = TransactionRetry(attempts: 5) { _ in }
        var calls = 0
        do throws(SQLError) {
            try await retry.run { () throws(SQLError) in
                calls += 1
                if calls <= failures { throw error }
            }
            #expect(succeeds)
            #expect(calls == failures + 1)
        } catch {
            #expect(!succeeds)
            #expect(error.kind == kind)
        }
    }

    @Test("tells of each repetition")
    func counting() async throws {
        await confirmation(expectedCount: 2) { repeated in
            let retry = TransactionRetry { _ in repeated() }
            var calls = 0
            do throws(SQLError) {
                try await retry.run { () throws(SQLError) in
                    calls += 1
                    if calls < 3 { throw SQLError(kind: .deadlock, code: 1213, message: "no") }
                }
            } catch {
                Issue.record(error)
            }
        }
    }
}
