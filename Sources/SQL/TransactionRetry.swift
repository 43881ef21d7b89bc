/// Runs a whole piece of work again where that helps: after a deadlock, after a lost link, after a
/// server that turned out to take no writes. The work must be one transaction, or safe to repeat.
package struct TransactionRetry: Sendable {
    /// Most attempts after deadlocks and serialization failures.
    package var attempts: Int
    /// Told of each repetition, with what caused it.
    package var onRetry: @Sendable (SQLError) -> Void

    /// A lost link is tried once more: the pool then finds a new one or knows that there is none.
    private static let attemptsAfterLoss = 3

    package init(attempts: Int = 20, onRetry: @escaping @Sendable (SQLError) -> Void) {
        self.attempts = attempts
        self.onRetry = onRetry
    }

    package func run<Output>(
        _ work: () async throws(SQLError) -> Output
    ) async throws(SQLError) -> Output {
        var deadlocks = 0
        var losses = 0
        while true {
            do throws(SQLError) {
                return try await work()
            } catch {
                switch error.kind {
                case .deadlock:
                    deadlocks += 1
                    if deadlocks >= attempts { throw error }
                case .unavailable, .unknownOutcome, .notWritable:
                    losses += 1
                    if losses >= Self.attemptsAfterLoss { throw error }
                default:
                    throw error
                }
                if Task.isCancelled { throw error }
                onRetry(error)
                await pause(after: deadlocks)
            }
        }
    }

    /// Up to 1, 2, 4, ... 64 ms, by chance: two that met once should not meet again.
    private func pause(after deadlocks: Int) async {
        guard deadlocks > 0 else { return }
        let most = Duration.milliseconds(1 << min(deadlocks - 1, 6))
        // A cancelled pause is a short one; the work itself finds out.
        try? await Task.sleep(for: most * Double.random(in: 0...1))
    }
}
