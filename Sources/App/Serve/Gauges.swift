import EventStore
import Listener
import Metrics
import Observability
import Spool
import Values

/// The gauges that nobody sets in passing: read when somebody asks for the metrics.
struct Gauges: Sendable {
    let recorder: GroupCommit
    let storage: any EventStorage
    let certificates: CertificateKeeper?
    let connections: ConnectionStatus
    private let spool: SpoolGauges?
    private let queue = Meter(label: "ingest_queue_events")
    private let durable = Meter(label: "store_durable")
    private let active = Meter(label: "connections")
    private let refused = Meter(label: "connections_refused")
    private let timedOut = Meter(label: "connections_timed_out")
    private let bodies = Meter(label: "body_bytes_in_flight")
    private let process = ProcessMetrics()

    init(
        recorder: GroupCommit, storage: any EventStorage, certificates: CertificateKeeper?,
        connections: ConnectionStatus, spool: EventSpool?
    ) {
        self.recorder = recorder
        self.storage = storage
        self.certificates = certificates
        self.connections = connections
        self.spool = spool.map { SpoolGauges(spool: $0) }
    }

    func refresh() async {
        queue.set(Int64(await recorder.queueDepth))
        let status = await storage.status()
        durable.set(Int64(status.isDurable ? 1 : 0))
        if let connections = status.connections { refresh(connections) }
        if let certificates {
            let seconds = await certificates.expires.microseconds / 1_000_000
            Meter(label: "certificate_expiry_timestamp_seconds").set(seconds)
        }
        if let now = connections.current {
            active.set(Int64(now.active))
            refused.set(Int64(now.refused))
            timedOut.set(Int64(now.timedOut))
            bodies.set(Int64(now.bodyBytesInFlight))
        }
        spool?.refresh()
        process.refresh()
    }

    private func refresh(_ connections: StorageConnections) {
        for (state, count) in [
            ("limit", connections.limit), ("open", connections.open),
            ("waiting", connections.waiting), ("opened", connections.opened),
            ("lost", connections.lost),
        ] {
            Meter(label: "database_connections", dimensions: [("state", state)]).set(Int64(count))
        }
    }
}
