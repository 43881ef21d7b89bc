package import EventStore
package import Logging
import Metrics
import Observability
package import Values

/// Lets the storage look after itself, and deletes events that have reached their age, a small batch at
/// a time.
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

    /// Sweeps at once and then at every interval, until it is cancelled. One sweep ends before the
    /// next begins.
    package func run() async {
        while !Task.isCancelled {
            var pause = policy.interval
            do throws(StorageError) {
                _ = try await sweep()
            } catch {  // A failed sweep is tried again soon; the API goes on.
                pause = min(pause, Self.pauseAfterFailure)
                logger.warning(
                    "retention sweep failed",
                    metadata: ["kind": "\(error.label)", "detail": "\(error.detail)"])
            }
            // A cancelled sleep ends the loop at its condition.
            try? await Task.sleep(for: pause)
        }
    }

    private static let pauseAfterFailure = Duration.seconds(10)

    /// Lets the storage prepare for what comes, then deletes until nothing is too old, or the task is
    /// cancelled.
    ///
    /// - Returns: how many events went.
    package func sweep() async throws(StorageError) -> Int {
        let now = now()
        let cutoffs = policy.cutoffs(at: now)
        let whole = cutoffs.ofEveryType
        var total = try await storage.maintain(at: now, droppingBefore: whole)
        expired.increment(by: total)
        // First what is too old for every rule: an engine can often take that in one go.
        if let whole { total += try await delete(.all, before: whole) }
        for rule in cutoffs.rules where rule.types != .all {
            total += try await delete(rule.types, before: rule.cutoff)
        }
        if total > 0 {
            logger.info("events expired", metadata: ["events": "\(total)"])
        }
        return total
    }

    private func delete(
        _ types: EventTypeSelection, before cutoff: Timestamp
    ) async throws(StorageError) -> Int {
        var total = 0
        var count = policy.batchSize
        while count == policy.batchSize && !Task.isCancelled {
            count = try await storage.deleteEvents(
                before: cutoff, of: types, batchSize: policy.batchSize)
            total += count
            expired.increment(by: count)
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
