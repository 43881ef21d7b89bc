internal import Synchronization

/// Names events whose signature is only marked and does not hold. The answer has no place for it where
/// an event is a duplicate, a conflict or spooled, and Ceilometer reads no answers.
///
/// At most a few a minute, so that a publisher without the secret does not fill the log.
package final class SignatureMarks: Sendable {
    package struct Mark: Sendable, Equatable {
        package let messageID: String
        /// `unsigned` or `invalid`.
        package let verdict: String
        /// Others since the last one that was told.
        package let untold: Int
    }

    package typealias Clock = @Sendable () -> ContinuousClock.Instant

    private struct State {
        var began: ContinuousClock.Instant?
        var told = 0
        var untold = 0
    }

    private static let window = Duration.seconds(60)
    private static let mostTold = 3

    private let now: Clock
    private let tell: @Sendable (Mark) -> Void
    private let state = Mutex(State())

    package init(now: @escaping Clock = { .now }, tell: @escaping @Sendable (Mark) -> Void) {
        self.now = now
        self.tell = tell
    }

    func note(_ messageID: String, _ verdict: MessageSignatures.Verdict) {
        let now = now()
        let untold: Int? = state.withLock { state in
            if state.began.map({ now - $0 >= Self.window }) ?? true {
                state.began = now
                state.told = 0
            }
            guard state.told < Self.mostTold else {
                state.untold += 1
                return nil
            }
            state.told += 1
            defer { state.untold = 0 }
            return state.untold
        }
        guard let untold else { return }
        tell(Mark(messageID: messageID, verdict: verdict.rawValue, untold: untold))
    }
}
