/// Bounds how many tokens that nobody knows may be asked about: each costs Keystone a call.
///
/// Every question takes from a purse of its peer's network and from one of all; a token that turns
/// out to be good puts it back. A tenth of a purse comes back every second.
struct UnknownTokenLimit: Sendable {
    private let perPeer: Int
    private var overall: Purse
    private var peers: [PeerNetwork: Purse] = [:]

    /// Peers that are remembered; beyond it those that owe nothing are forgotten first.
    private static let mostPeers = 4096

    var peerCount: Int { peers.count }

    init(_ limits: TokenCacheLimits, at now: ContinuousClock.Instant) {
        perPeer = limits.unknownPerPeer
        overall = Purse(limit: limits.unknownOverall, at: now)
    }

    /// - Returns: nil where the question may be asked, else the seconds to wait.
    mutating func take(for peer: String, at now: ContinuousClock.Instant) -> Int? {
        overall.fill(at: now)
        let peer = PeerNetwork(peer)
        var purse = peers[peer] ?? Purse(limit: perPeer, at: now)
        purse.fill(at: now)
        if let wait = overall.wait ?? purse.wait { return wait }
        overall.left -= 1
        purse.left -= 1
        if peers[peer] == nil, peers.count >= Self.mostPeers { forgetPeers(at: now) }
        peers[peer] = purse
        return nil
    }

    /// The token was good, or nobody could tell.
    mutating func giveBack(for peer: String) {
        overall.left = min(overall.left + 1, Double(overall.limit))
        let peer = PeerNetwork(peer)
        guard var purse = peers[peer] else { return }
        purse.left = min(purse.left + 1, Double(purse.limit))
        peers[peer] = purse
    }

    private mutating func forgetPeers(at now: ContinuousClock.Instant) {
        for (peer, purse) in peers {
            var purse = purse
            purse.fill(at: now)
            peers[peer] = purse.isFull ? nil : purse
        }
        // So many that owe: the purse of all holds them back, theirs begin anew.
        if peers.count >= Self.mostPeers { peers.removeAll(keepingCapacity: true) }
    }

    private struct Purse {
        let limit: Int
        var left: Double
        var filled: ContinuousClock.Instant

        init(limit: Int, at now: ContinuousClock.Instant) {
            self.limit = limit
            left = Double(limit)
            filled = now
        }

        var isFull: Bool { left >= Double(limit) }
        private var perSecond: Double { max(1, Double(limit) / 10) }

        /// Seconds until one more may be asked; nil where that is now.
        var wait: Int? {
            left >= 1 ? nil : max(1, Int(((1 - left) / perSecond).rounded(.up)))
        }

        mutating func fill(at now: ContinuousClock.Instant) {
            let passed = max(.zero, now - filled) / .seconds(1)
            left = min(Double(limit), left + passed * perSecond)
            filled = now
        }
    }
}
