import EventStore
import Metrics
import Observability
import Values

/// The gauges that nobody sets in passing: read when somebody asks for the metrics.
struct Gauges: Sendable {
    let recorder: GroupCommit
    let storage: any EventStorage
    let certificates: CertificateKeeper?
    private let queue = Meter(label: "ingest_queue_events")
    private let durable = Meter(label: "store_durable")
    private let process = ProcessMetrics()

    init(recorder: GroupCommit, storage: any EventStorage, certificates: CertificateKeeper?) {
        self.recorder = recorder
        self.storage = storage
        self.certificates = certificates
    }

    func refresh() async {
        queue.set(Int64(await recorder.queueDepth))
        durable.set(Int64(await storage.status().isDurable ? 1 : 0))
        if let certificates {
            let seconds = await certificates.expires.microseconds / 1_000_000
            Meter(label: "certificate_expiry_timestamp_seconds").set(seconds)
        }
        process.refresh()
    }
}
