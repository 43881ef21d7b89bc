import Metrics
import Observability
import Spool
import Values

/// The gauges of the spool.
struct SpoolGauges: Sendable {
    let spool: EventSpool
    private let events = Meter(label: "spool_events")
    private let bytes = Meter(label: "spool_bytes")
    private let oldest = Meter(label: "spool_oldest_seconds")
    private let setAside = Meter(label: "spool_set_aside_bytes")

    init(spool: EventSpool) {
        self.spool = spool
    }

    func refresh() {
        let status = spool.status
        events.set(Int64(status.events))
        bytes.set(Int64(status.bytes))
        setAside.set(Int64(status.setAsideBytes))
        let age = status.oldest.map { max(0, Timestamp.now.microseconds - $0) } ?? 0
        oldest.set(Double(age) / 1_000_000)
    }
}
