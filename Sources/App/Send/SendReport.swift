import JSON
import Values

/// What a run of `annals send` did, for people and for programs.
package struct SendReport: Sendable {
    package var tally = SendTally()
    package var pace = CopyPace()
    package var failure: SendFailure?
    /// The input came to its end.
    package var isInputRead = false
    /// All of it was sent and answered for.
    package var isWhole = false

    package init() {}

    /// Every event is stored now.
    package var isGood: Bool { isWhole && tally.rejected == 0 && tally.conflicts == 0 }

    private static let mostLines = 10

    package var lines: [String] {
        var lines = [
            "Sent \(tally.answered) events in \(pace.time.inWords), \(pace.rate) a second: "
                + "\(tally.accepted) new, \(tally.duplicates) there already, "
                + "\(tally.conflicts) in conflict, \(tally.rejected) rejected."
        ]
        if tally.spooled > 0 {
            lines.append(
                "\(tally.spooled) more are safe on the server's disk and wait for its database.")
        }
        if tally.changed > 0 {
            lines.append("\(tally.changed) of the new ones are kept with a small change each.")
        }
        if tally.rejected > 0 {
            let reasons = tally.rejections.sorted { $0.key < $1.key }
            lines.append(
                "Rejected: \(reasons.map { "\($0.value) \($0.key)" }.joined(separator: ", ")).")
        }
        lines += problemLines
        if let failure {
            lines.append("NOT SENT: \(failure.reason).")
        } else if !isWhole {
            lines.append("NOT SENT: stopped before the end.")
        }
        if !isWhole {
            lines.append(
                "Give the same command again: what is stored counts as there already.")
        }
        return lines
    }

    private var problemLines: [String] {
        let problems = tally.problems.sorted { $0.number < $1.number }
        var lines = problems.prefix(Self.mostLines).map { problem in
            let name = problem.messageID.map { ", \($0)" } ?? ""
            return "  event \(problem.number) (line \(problem.line)\(name)): \(problem.status): "
                + problem.detail
        }
        let more = tally.conflicts + tally.rejected - lines.count
        if more > 0, !lines.isEmpty { lines.append("  and \(more) more; --json lists them") }
        return lines
    }

    /// One object on one line.
    package var json: String {
        var writer = JSONWriter(capacity: 512)
        let counts: [(StaticString, Int)] = [
            ("{\"accepted\": ", tally.accepted), (", \"duplicates\": ", tally.duplicates),
            (", \"conflicts\": ", tally.conflicts), (", \"rejected\": ", tally.rejected),
            (", \"spooled\": ", tally.spooled), (", \"changed\": ", tally.changed),
            (", \"unsent\": ", tally.unsent), (", \"requests\": ", tally.requests),
            (", \"retries\": ", tally.retries),
            (", \"milliseconds\": ", Int(pace.time / .milliseconds(1))),
        ]
        for (name, count) in counts {
            writer.literal(name)
            writer.number(count)
        }
        writer.literal(isWhole ? ", \"complete\": true" : ", \"complete\": false")
        writer.literal(", \"error\": ")
        writer.string(failure?.reason)
        writer.literal(", \"rejections\": {")
        for (index, reason) in tally.rejections.sorted(by: { $0.key < $1.key }).enumerated() {
            if index > 0 { writer.literal(", ") }
            writer.string(reason.key)
            writer.literal(": ")
            writer.number(reason.value)
        }
        writer.literal("}, \"problems\": [")
        for (index, problem) in tally.problems.sorted(by: { $0.number < $1.number }).enumerated() {
            if index > 0 { writer.literal(", ") }
            writer.problem(problem)
        }
        writer.literal("]}")
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

extension JSONWriter {
    fileprivate mutating func problem(_ problem: SendProblem) {
        literal("{\"event\": ")
        number(problem.number)
        literal(", \"line\": ")
        number(problem.line)
        literal(", \"message_id\": ")
        string(problem.messageID)
        literal(", \"status\": ")
        string(problem.status)
        literal(", \"code\": ")
        string(problem.code)
        literal(", \"detail\": ")
        string(problem.detail)
        literal("}")
    }
}
