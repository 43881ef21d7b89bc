import Synchronization

/// Remembers which signatures were used, for as long as their timestamps would be taken again.
///
/// Its memory is bounded: where it is full, the oldest second is forgotten, and from then on no
/// timestamp of that second or before is taken. So nothing is ever taken twice.
package final class ReplayMemory: Sendable {
    enum Answer: Sendable, Equatable {
        case new
        case seen
        /// Older than what is still remembered.
        case forgotten
    }

    private struct State {
        /// The first eight bytes of each signature, by the second it was signed in.
        var seconds: [Int: Set<UInt64>] = [:]
        var count = 0
        /// Timestamps below it are not taken.
        var first = Int.min
        /// Up to where seconds were dropped because they are out of the window.
        var swept = Int.min
    }

    private let capacity: Int
    private let state = Mutex(State())

    /// - Parameter capacity: signatures, each of some 20 bytes.
    package init(capacity: Int) {
        self.capacity = capacity
    }

    /// Called with signatures that hold only, so that nobody else can fill it.
    ///
    /// - Parameter oldest: the oldest timestamp that is within the window now.
    func note(_ signature: [UInt8], timestamp: Int, oldest: Int) -> Answer {
        let code = signature.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return state.withLock { state in
            Self.sweep(&state, oldest: oldest)
            guard timestamp >= state.first else { return .forgotten }
            guard state.seconds[timestamp, default: []].insert(code).inserted else { return .seen }
            state.count += 1
            if state.count > capacity { Self.forgetFirst(&state) }
            return .new
        }
    }

    private static func sweep(_ state: inout State, oldest: Int) {
        guard oldest > state.swept else { return }
        state.swept = oldest
        // The clock may step back, and what is forgotten here must not be new again.
        state.first = max(state.first, oldest)
        for second in state.seconds.keys where second < oldest { drop(second, &state) }
    }

    private static func forgetFirst(_ state: inout State) {
        guard let first = state.seconds.keys.min() else { return }
        drop(first, &state)
        state.first = first + 1
    }

    private static func drop(_ second: Int, _ state: inout State) {
        state.count -= state.seconds.removeValue(forKey: second)?.count ?? 0
    }
}
