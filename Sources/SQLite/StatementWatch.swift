import Synchronization

/// When a statement has to end before it is done.
package final class StatementWatch: Sendable {
    package enum Reason: Sendable {
        case timedOut
        case cancelled
    }

    private let deadline: ContinuousClock.Instant
    private let wasCancelled = Mutex(false)

    package init(limit: Duration) {
        deadline = .now + limit
    }

    /// From any thread.
    package func cancel() {
        wasCancelled.withLock { $0 = true }
    }

    package var reason: Reason? {
        if wasCancelled.withLock({ $0 }) { return .cancelled }
        return ContinuousClock.now >= deadline ? .timedOut : nil
    }

    package var isOver: Bool { reason != nil }
}
