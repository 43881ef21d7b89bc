/// What became of the events that were sent, and of the requests they went in.
package struct SendTally: Sendable, Equatable {
    package var accepted = 0
    package var duplicates = 0
    package var conflicts = 0
    package var rejected = 0
    /// Safe on the server's disk, and not in its database yet.
    package var spooled = 0
    /// Of those accepted: kept with a change that the server told of.
    package var changed = 0
    /// Given up, with all that their batch held besides.
    package var unsent = 0
    package var requests = 0
    package var retries = 0
    /// How many were rejected for which reason.
    package var rejections: [String: Int] = [:]
    /// The first of those that are not plainly stored.
    package private(set) var problems: [SendProblem] = []

    /// More than anybody reads.
    private static let mostProblems = 1000

    package init() {}

    /// Events that the server has answered for, and those that could not be sent to it.
    package var answered: Int { accepted + duplicates + conflicts + rejected + spooled }

    package mutating func add(_ problem: SendProblem) {
        if problems.count < Self.mostProblems { problems.append(problem) }
    }

    package mutating func reject(_ event: InputEvent, _ code: String, _ detail: String) {
        rejected += 1
        rejections[code, default: 0] += 1
        add(SendProblem(event, status: "rejected", code: code, detail: detail))
    }

    package static func += (left: inout SendTally, right: SendTally) {
        left.accepted += right.accepted
        left.duplicates += right.duplicates
        left.conflicts += right.conflicts
        left.rejected += right.rejected
        left.spooled += right.spooled
        left.changed += right.changed
        left.unsent += right.unsent
        left.requests += right.requests
        left.retries += right.retries
        left.rejections.merge(right.rejections, uniquingKeysWith: +)
        for problem in right.problems { left.add(problem) }
    }
}

/// One event that was not plainly stored.
package struct SendProblem: Sendable, Equatable {
    /// As in `InputEvent`.
    package let number: Int
    package let line: Int
    package let messageID: String?
    /// `conflict` or `rejected`.
    package let status: String
    package let code: String
    package let detail: String

    package init(
        _ event: InputEvent, messageID: String? = nil, status: String, code: String,
        detail: String
    ) {
        number = event.number
        line = event.line
        self.messageID = messageID
        self.status = status
        self.code = code
        self.detail = detail
    }
}
