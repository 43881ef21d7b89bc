import API
import EventStore
import Logging
import Observability
import OpenSSL
import SQL
import Spool
import Values

/// The spool that `ingest.spool` describes.
enum OpenedSpool {
    /// Nil where there is to be none.
    static func open(_ settings: SpoolSettings, _ logger: Logger) throws(SpoolError) -> EventSpool?
    {
        guard let path = settings.path else { return nil }
        let spool = try EventSpool(
            path, limits: SpoolLimits(bytes: settings.maximumBytes),
            executor: BlockingExecutor(label: "annals.spool"),
            digest: { SHA256.digest(of: $0) }, now: { .now })
        if !spool.isEmpty {
            logger.notice(
                "the spool has events of an earlier run",
                metadata: [
                    "events": "\(spool.status.events)", "bytes": "\(spool.status.bytes)",
                ])
        }
        return spool
    }

    static func drain(
        _ spool: EventSpool, into storage: any EventStorage, logger: Logger
    ) -> SpoolDrain {
        SpoolDrain(
            spool, into: storage, digest: { SHA256.digest(of: $0) },
            line: { EventLine.bytes(of: $0) }, logger: logger)
    }
}
