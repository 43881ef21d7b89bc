internal import EventStore
import Logging
import Metrics
import Synchronization

/// What the operator learns of the drain: counters, and a line where something changes.
final class DrainReport: Sendable {
    private let spool: EventSpool
    private let logger: Logger
    private let outcomes: [RecordOutcome: Counter] = [
        .accepted: counter("accepted"), .duplicate: counter("duplicate"),
        .conflict: counter("conflict"),
    ]
    private let refused = counter("refused")
    private let damaged = Counter(label: "spool_damaged")
    /// Events drained since the store stopped taking them; nil while all goes well.
    private let drainedSinceFailure = Mutex<Int?>(nil)

    init(_ spool: EventSpool, _ logger: Logger) {
        self.spool = spool
        self.logger = logger
    }

    private static func counter(_ outcome: String) -> Counter {
        Counter(label: "spool_drained", dimensions: [("outcome", outcome)])
    }

    /// One group is in the store.
    func drained(
        _ result: PoisonSearch.Result, _ conflicts: [Event], _ refused: [Event],
        _ damages: [DamagedPlace]
    ) {
        spool.log.status.withLock { $0.obstacle = nil }
        for outcome in result.outcomes {
            if let outcome { outcomes[outcome]?.increment() }
        }
        self.refused.increment(by: refused.count)
        damaged.increment(by: damages.count)
        drainedSinceFailure.withLock { $0 = $0.map { $0 + result.outcomes.count } }
        for place in damages { tell(place) }
        if let first = refused.first {
            logger.error(
                "the store refuses spooled events; they were set aside",
                metadata: [
                    "events": "\(refused.count)", "first": "\(first.messageID)",
                    "detail": "\(result.reason ?? "")",
                ])
        }
        if let first = conflicts.first {
            logger.warning(
                "other events came into the store under the ids of spooled ones, which were set aside",
                metadata: ["events": "\(conflicts.count)", "first": "\(first.messageID)"])
        }
    }

    private func tell(_ place: DamagedPlace) {
        var metadata: Logger.Metadata = [
            "segment": "\(place.segment)", "offset": "\(place.offset)",
            "bytes": "\(place.bytes.count)",
        ]
        if place.missing == 0 {
            logger.error("a part of the spool is damaged and was set aside", metadata: metadata)
        } else {
            metadata["missing"] = "\(place.missing)"
            logger.error(
                "acknowledged events are lost: a file of the spool was deleted or cut off",
                metadata: metadata)
        }
    }

    /// Nothing waits any more.
    func emptied() {
        spool.log.status.withLock { $0.obstacle = nil }
        let drained = drainedSinceFailure.withLock { events in
            defer { events = nil }
            return events
        }
        if let drained {
            logger.notice(
                "the spool is empty: all spooled events are in the store",
                metadata: ["events": "\(drained)"])
        }
    }

    /// It did not go on; it will be tried again.
    func failed(_ error: any Error) {
        let detail = (error as? StorageError)?.detail ?? "\(error)"
        spool.log.status.withLock { $0.obstacle = detail }
        let isNews = drainedSinceFailure.withLock { events in
            defer { events = events ?? 0 }
            return events == nil
        }
        if isNews {
            logger.warning(
                "spooled events wait for the store",
                metadata: ["events": "\(spool.status.events)", "detail": "\(detail)"])
        }
    }
}
