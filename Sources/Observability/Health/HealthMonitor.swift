package import Logging
import Metrics

/// Looks after the probes in the background, so that asking costs nothing and never waits.
///
/// An answer that is older than `staleAfter` is itself a fault: a probe that hangs says nothing.
package actor HealthMonitor {
    private let probes: [HealthProbe]
    private let staleAfter: Duration
    private let now: @Sendable () -> ContinuousClock.Instant
    private let logger: Logger
    private let healthy: Meter
    private var reasons: [String] = []
    private var lastProbed: ContinuousClock.Instant?
    /// What is being asked now; named when it does not answer.
    private var asking: String?

    package init(
        probes: [HealthProbe], staleAfter: Duration = .seconds(4),
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }, logger: Logger
    ) {
        self.probes = probes
        self.staleAfter = staleAfter
        self.now = now
        self.logger = logger
        healthy = Meter(label: "healthy")
    }

    /// Probes every second until it is cancelled.
    package func run() async {
        while !Task.isCancelled {
            await probe()
            // A cancelled sleep ends the loop at its condition.
            try? await Task.sleep(for: .seconds(1))
        }
    }

    /// Asks every probe once, and logs when the answer has changed.
    package func probe() async {
        var found: [String] = []
        for probe in probes {
            asking = probe.name
            if let failure = await probe.failure() { found.append("\(probe.name): \(failure)") }
        }
        asking = nil
        lastProbed = now()
        if found != reasons {
            if found.isEmpty {
                logger.notice("healthy again")
            } else {
                logger.error("not healthy", metadata: ["reasons": "\(found)"])
            }
        }
        reasons = found
        healthy.set(Int64(found.isEmpty ? 1 : 0))
    }

    /// Why the service is not well; empty while it is. Nothing is well before it has been asked.
    package func failures() async -> [String] {
        if lastProbed == nil && asking == nil { await probe() }
        guard let lastProbed else { return ["\(asking ?? "health"): has not answered yet"] }
        if now() - lastProbed > staleAfter {
            return reasons + ["\(asking ?? "health"): has not answered in time"]
        }
        return reasons
    }
}
