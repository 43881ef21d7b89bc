/// Counts wrong passwords and signatures, so that nobody can try many, or keep the processor busy with
/// them.
struct FailureLimiter {
    /// Whose failures are counted together.
    private struct Counted: Hashable {
        let peer: PeerNetwork
        /// The hash of a user's or a key's name, which may be long; nil for all of a peer's.
        let user: Int?
    }

    private struct Window {
        let began: ContinuousClock.Instant
        var count = 0
        var isTold = false
    }

    struct Refusal: Equatable {
        /// Until the window ends; at least 1.
        let seconds: Int
        /// The first one in this window.
        let isFirst: Bool
    }

    /// In a minute, for one user from one peer. For all users of a peer together: five times as many.
    private let limit: Int
    private var windows: [Counted: Window] = [:]
    private var version = 0

    static let window = Duration.seconds(60)
    private static let usersPerPeer = 5
    private static let mostWindows = 10_000

    init(limit: Int) {
        self.limit = limit
    }

    /// A password that was wrong may be right by now: who was too early is not made to wait.
    mutating func noteVersion(_ version: Int) {
        guard version > self.version else { return }
        self.version = version
        windows = [:]
    }

    /// Counts an attempt as a failure until `forgive` says that it was none.
    ///
    /// - Returns: nil where it may be made.
    mutating func begin(
        peer: PeerNetwork, user: String, at now: ContinuousClock.Instant
    ) -> Refusal? {
        let counted = Self.counted(peer, user)
        for (key, most) in zip(counted, [limit, limit * Self.usersPerPeer]) {
            guard var window = current(key, now), window.count >= most else { continue }
            let left = Self.window - (now - window.began)
            let refusal = Refusal(
                seconds: max(1, Int(left.components.seconds) + 1), isFirst: !window.isTold)
            window.isTold = true
            windows[key] = window
            return refusal
        }
        for key in counted {
            makeRoom(now)
            windows[key, default: Window(began: now)].count += 1
        }
        return nil
    }

    mutating func forgive(peer: PeerNetwork, user: String) {
        for key in Self.counted(peer, user) {
            guard var window = windows[key] else { continue }
            window.count -= 1
            windows[key] = window.count > 0 ? window : nil
        }
    }

    private static func counted(_ peer: PeerNetwork, _ user: String) -> [Counted] {
        [Counted(peer: peer, user: user.hashValue), Counted(peer: peer, user: nil)]
    }

    private mutating func current(_ key: Counted, _ now: ContinuousClock.Instant) -> Window? {
        guard let window = windows[key] else { return nil }
        if now - window.began < Self.window { return window }
        windows[key] = nil
        return nil
    }

    /// Each attempt costs a bcrypt or the code of a body, so walking through the table now and then
    /// does not matter.
    private mutating func makeRoom(_ now: ContinuousClock.Instant) {
        guard windows.count >= Self.mostWindows else { return }
        windows = windows.filter { now - $0.value.began < Self.window }
        guard windows.count >= Self.mostWindows,
            let oldest = windows.min(by: { $0.value.began < $1.value.began })
        else { return }
        windows[oldest.key] = nil
    }
}
