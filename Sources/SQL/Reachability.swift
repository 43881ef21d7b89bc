import Synchronization

/// What a pool knows of its server: when it may be tried again, and how often it was lost.
///
/// While the server is away one caller at a time tries to reach it, with growing pauses; all others
/// are told at once. So a publisher gets its 503 in a moment, and a server that comes back is not met
/// by a crowd.
final class Reachability: Sendable {
    private let limits: ConnectionPoolLimits
    private let state = Mutex(State())

    private struct State {
        var status = ConnectionPoolStatus()
        var failures = 0
        var nextAttempt = ContinuousClock.now
        var isTrying = false
        var lastError: SQLError?
    }

    init(_ limits: ConnectionPoolLimits) {
        self.limits = limits
    }

    var status: ConnectionPoolStatus { state.withLock { $0.status } }
    var losses: Int { state.withLock { $0.status.lost } }

    func countLoss() {
        state.withLock { $0.status.lost += 1 }
    }

    /// - Throws: what `open` throws, or what it threw the last time where it is too early for another.
    func attempt<Connection>(
        _ open: () async throws(SQLError) -> Connection
    ) async throws(SQLError) -> Connection {
        if let error = state.withLock({ refusal(&$0) }) { throw error }
        let openedBefore = status.opened
        do throws(SQLError) {
            let connection = try await open()
            state.withLock { state in
                state.failures = 0
                state.isTrying = false
                state.lastError = nil
                state.status.failure = nil
                state.status.opened += 1
            }
            return connection
        } catch {
            state.withLock { note(error, openedBefore: openedBefore, in: &$0) }
            throw error
        }
    }

    private func refusal(_ state: inout State) -> SQLError? {
        guard state.failures > 0, let error = state.lastError else { return nil }
        if state.isTrying || ContinuousClock.now < state.nextAttempt { return error }
        state.isTrying = true
        return nil
    }

    private func note(_ error: SQLError, openedBefore: Int, in state: inout State) {
        state.isTrying = false
        // Another has got through since this attempt began: what it met is over.
        if state.status.opened != openedBefore { return }
        // A caller that went away while it connected says nothing about the server.
        if error.kind == .cancelled { return }
        state.failures += 1
        state.lastError = error
        state.status.failure = error.message
        let doubled = limits.backoff.lowerBound * (1 << min(state.failures - 1, 16))
        let pause = min(doubled, limits.backoff.upperBound) * Double.random(in: 0.5...1)
        state.nextAttempt = .now + pause
    }
}
