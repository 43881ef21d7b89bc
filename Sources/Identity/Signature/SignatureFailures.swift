package import Logging
import Synchronization

/// Bounds what wrong signatures cost: each is a pass over a body for every key that may have signed
/// it, and nobody knows yet who sent it.
///
/// Whose signature held from an address lately is checked with that key whatever others send from
/// there, so nobody can keep a publisher out.
package final class SignatureFailures: Sendable {
    package typealias Clock = @Sendable () -> ContinuousClock.Instant

    private struct Known: Hashable {
        let peer: PeerNetwork
        let key: String
    }

    private struct State {
        var limiter: FailureLimiter
        /// When a signature of a key held last from there.
        var known: [Known: ContinuousClock.Instant] = [:]
    }

    private static let lifetime = Duration.seconds(3600)
    private static let mostKnown = 10_000

    private let logger: Logger
    private let now: Clock
    private let state: Mutex<State>

    /// - Parameter limit: most wrong signatures in a minute from one peer for one `X-Key-Id`, or
    ///   without any; for all of a peer's together five times as many.
    package init(limit: Int = 20, logger: Logger, now: @escaping Clock = { .now }) {
        self.logger = logger
        self.now = now
        state = Mutex(State(limiter: FailureLimiter(limit: limit)))
    }

    /// Finds the key that signed, among as many as the peer may still try.
    ///
    /// - Parameters:
    ///   - name: `X-Key-Id` of the request; empty where it has none.
    ///   - version: of the file that the keys are from. Another one forgives everything.
    ///   - isRight: whether it is the key's signature.
    /// - Returns: nil where it is none's.
    /// - Throws: `.tooMany` where some keys are not tried any more.
    func signer(
        among keys: [SigningKeys.Key], named name: String, version: Int, from peer: String,
        isRight: (SigningKeys.Key) -> Bool
    ) throws(IdentityError) -> SigningKeys.Key? {
        // What costs nothing counts for nothing: others at this address are not to suffer from it.
        if keys.isEmpty { return nil }
        let network = PeerNetwork(peer)
        // Whoever comes again and again is found first, whatever others at his address have done.
        let known = known(of: keys, from: network)
        if let key = known.first(where: isRight) {
            remember(key, from: network)
            return key
        }
        if let refusal = begin(name, version, network) {
            if refusal.isFirst {
                logger.notice("too many wrong signatures", metadata: ["peer": "\(peer)"])
            }
            throw .tooMany(retryAfter: refusal.seconds)
        }
        let others = keys.filter { key in !known.contains { $0.id == key.id } }
        guard let key = others.first(where: isRight) else { return nil }
        remember(key, from: network)
        forgive(name, network)
        return key
    }

    private func begin(
        _ name: String, _ version: Int, _ peer: PeerNetwork
    ) -> FailureLimiter.Refusal? {
        state.withLock { state in
            state.limiter.noteVersion(version)
            return state.limiter.begin(peer: peer, user: name, at: now())
        }
    }

    private func forgive(_ name: String, _ peer: PeerNetwork) {
        state.withLock { $0.limiter.forgive(peer: peer, user: name) }
    }

    private func known(of keys: [SigningKeys.Key], from peer: PeerNetwork) -> [SigningKeys.Key] {
        let now = now()
        return state.withLock { state in
            keys.filter { key in
                let held = state.known[Known(peer: peer, key: key.id)]
                return held.map { now - $0 < Self.lifetime } == true
            }
        }
    }

    private func remember(_ key: SigningKeys.Key, from peer: PeerNetwork) {
        let now = now()
        state.withLock { state in
            state.known[Known(peer: peer, key: key.id)] = now
            guard state.known.count > Self.mostKnown else { return }
            state.known = state.known.filter { now - $0.value < Self.lifetime }
            guard state.known.count > Self.mostKnown,
                let oldest = state.known.min(by: { $0.value < $1.value })
            else { return }
            state.known[oldest.key] = nil
        }
    }
}
