import Glibc

/// How long one batch is tried, and how long to wait between two tries.
package struct SendPatience: Sendable {
    /// From the first try of a batch on.
    package let limit: Duration
    private let shortestPause: Duration
    private let now: @Sendable () -> ContinuousClock.Instant
    /// The clock on the wall, in seconds since 1970.
    let seconds: @Sendable () -> Int
    private let fraction: @Sendable () -> Double
    private let sleep: @Sendable (Duration) async throws -> Void

    /// - Parameters:
    ///   - shortestPause: a server that checks signatures takes none twice, and a signature is
    ///     another one only in the next second.
    ///   - fraction: from 0 to 1, by chance.
    package init(
        limit: Duration, shortestPause: Duration = .milliseconds(100),
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        seconds: @escaping @Sendable () -> Int = { time(nil) },
        fraction: @escaping @Sendable () -> Double = { .random(in: 0...1) },
        sleep: @escaping @Sendable (Duration) async throws -> Void = {
            try await Task.sleep(for: $0)
        }
    ) {
        self.limit = limit
        self.shortestPause = shortestPause
        self.now = now
        self.seconds = seconds
        self.fraction = fraction
        self.sleep = sleep
    }

    package func start() -> ContinuousClock.Instant { now() }

    /// The pause before the next try; nil where it is time to give up.
    ///
    /// Twice as long each time, up to 10 s, half of it by chance so that many clients do not come
    /// back at once.
    ///
    /// - Parameters:
    ///   - tries: how many there were, at least one.
    ///   - wish: what the server asks for.
    package func pause(
        after tries: Int, since start: ContinuousClock.Instant, wish: Duration?
    ) -> Duration? {
        let longest = min(Duration.milliseconds(200) * (1 << min(tries - 1, 10)), .seconds(10))
        let own = max(longest * (0.5 + fraction() / 2), shortestPause)
        let pause = max(own, wish ?? .zero)
        return now() + pause - start <= limit ? pause : nil
    }

    package func wait(_ pause: Duration) async throws(SendFailure) {
        do {
            try await sleep(pause)
        } catch {
            throw SendFailure(.cancelled, "it was stopped")
        }
    }
}
