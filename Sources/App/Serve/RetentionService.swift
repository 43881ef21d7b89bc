package import EventStore
package import Logging
import Metrics
import Observability
package import Values

/// Deletes events that have reached their age, a small batch at a time.
package struct RetentionService: Sendable {
    private let policy: RetentionPolicy
    private let storage: any EventStorage
    private let now: @Sendable () -> Timestamp
    private let logger: Logger
    private let expired = Counter(label: "events_expired")

    package init(
        policy: RetentionPolicy, storage: any EventStorage,
        now: @escaping @Sendable () -> Timestamp = { .now }, logger: Logger
    ) {
        self.policy = policy
        self.storage = storage
        self.now = now
        self.logger = logger
    }

    /// Sweeps at once and then at every interval, until it is cancelled. Returns at once where events
    /// are kept for ever. One sweep ends before the next begins.
    package func run() async {
        guard policy.maximumAge != nil else { return }
        while !Task.isCancelled {
            do throws(StorageError) {
                _ = try await sweep()
            } catch {  // A failed sweep is tried again at the next interval; the API goes on.
                logger.warning(
                    "retention sweep failed",
                    metadata: ["kind": "\(error.label)", "detail": "\(error.detail)"])
            }
            // A cancelled sleep ends the loop at its condition.
            try? await Task.sleep(for: policy.interval)
        }
    }

    /// Deletes until nothing is too old, or the task is cancelled.
    ///
    /// - Returns: how many events went.
    package func sweep() async throws(StorageError) -> Int {
        guard let maximumAge = policy.maximumAge else { return 0 }
        let cutoff = now().advanced(byMicroseconds: -maximumAge.microseconds)
        var total = 0
        var count = policy.batchSize
        while count == policy.batchSize && !Task.isCancelled {
            count = try await storage.deleteEvents(before: cutoff, batchSize: policy.batchSize)
            total += count
            expired.increment(by: count)
        }
        if total > 0 {
            logger.info(
                "events expired", metadata: ["events": "\(total)", "before": "\(cutoff)"])
        }
        return total
    }
}

extension Duration {
    /// Clamped to what 64 bits hold.
    var microseconds: Int64 {
        let (whole, overflow) = components.seconds.multipliedReportingOverflow(by: 1_000_000)
        if overflow { return components.seconds < 0 ? .min + 1 : .max }
        return whole + components.attoseconds / 1_000_000_000_000
    }
}
