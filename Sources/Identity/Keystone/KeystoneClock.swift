package import Values

/// The time, as tests may set it.
package struct KeystoneClock: Sendable {
    /// UTC, against which tokens expire.
    package var now: @Sendable () -> Timestamp
    /// Never goes back; how long an answer is believed.
    package var instant: @Sendable () -> ContinuousClock.Instant

    package init(
        now: @escaping @Sendable () -> Timestamp,
        instant: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.now = now
        self.instant = instant
    }
}
