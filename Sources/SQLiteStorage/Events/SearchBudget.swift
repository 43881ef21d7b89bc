import SQL

/// Ends a search that takes too long, or that nobody waits for any more.
struct SearchBudget {
    private let deadline: ContinuousClock.Instant
    private var untilCheck = Self.interval

    private static let interval = 64

    init(_ duration: Duration) {
        deadline = .now + duration
    }

    /// Called for each event that is looked at; looks at the clock now and then.
    mutating func spend() throws(SQLError) {
        untilCheck -= 1
        if untilCheck > 0 { return }
        untilCheck = Self.interval
        if Task.isCancelled {
            throw SQLError(kind: .cancelled, code: 0, message: "the caller has gone")
        }
        if ContinuousClock.now > deadline {
            throw SQLError(kind: .timedOut, code: 0, message: "the query ran into its time limit")
        }
    }
}
