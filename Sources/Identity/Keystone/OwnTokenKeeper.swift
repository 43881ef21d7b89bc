internal import Values

/// Holds the token with which we ask about the tokens of others, and gets a new one in time.
actor OwnTokenKeeper {
    private let calls: KeystoneCalls
    private let clock: KeystoneClock
    private var current: OwnToken?
    private var hasDiscovered = false
    private var flight: Task<Result<OwnToken, KeystoneFailure>, Never>?
    /// Until then wrong credentials are not tried again: Keystone may lock an account that fails.
    private var pause: (end: ContinuousClock.Instant, failure: KeystoneFailure)?

    /// Seconds that a token must have left, in microseconds: keystoneauth's own bound.
    private static let leastLeft: Int64 = 30_000_000
    private static let pauseAfterRefusal = Duration.seconds(5)

    init(_ calls: KeystoneCalls, clock: KeystoneClock) {
        self.calls = calls
        self.clock = clock
    }

    /// The token in use, or a new one; all who wait share one call.
    func token() async throws(KeystoneFailure) -> OwnToken {
        if let current, current.expires > clock.now().advanced(byMicroseconds: Self.leastLeft) {
            return current
        }
        if let pause, clock.instant() < pause.end { throw pause.failure }
        // Not a child of the request: others wait for the same token.
        let flight = self.flight ?? Task { await self.renew() }
        self.flight = flight
        return try await flight.value.get()
    }

    /// Keystone does not take this one any more.
    func discard(_ token: OwnToken) {
        if current == token { current = nil }
    }

    /// Also the next token would not do.
    func holdBack(after failure: KeystoneFailure) {
        pause = (clock.instant() + Self.pauseAfterRefusal, failure)
    }

    private func renew() async -> Result<OwnToken, KeystoneFailure> {
        defer { flight = nil }
        do throws(KeystoneFailure) {
            if !hasDiscovered { try await calls.discover() }
            hasDiscovered = true
            let token = try await calls.issue()
            current = token
            pause = nil
            return .success(token)
        } catch {
            if error.kind == .credentials { holdBack(after: error) }
            return .failure(error)
        }
    }
}
