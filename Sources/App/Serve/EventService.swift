import API
package import EventStore
package import HTTP
import Identity
package import Logging
import Metrics
package import Observability
import OpenSSL
package import Spool
import Values

/// Everything that answers requests, put together from the settings: the one place that knows all
/// the rooms. It neither listens nor opens files.
package struct EventService: Sendable {
    /// Answers every request; counts and logs it on the way.
    package let responder: any Responder
    let router: Router
    package let recorder: GroupCommit
    package let monitor: HealthMonitor

    /// - Parameters:
    ///   - certificates: nil where the service speaks plain HTTP.
    ///   - authentication: who tells callers apart.
    ///   - spool: where events wait while the store is away; nil where there is none.
    ///   - registry: the one that swift-metrics was given.
    package init(
        _ settings: Settings, storage: any EventStorage, certificates: CertificateKeeper?,
        connections: ConnectionStatus, authentication: Authentication, spool: EventSpool? = nil,
        registry: MetricsRegistry, logger: Logger
    ) {
        let patience = settings.ingest.spool.after
        let limits = settings.groupCommit(patience: spool == nil ? nil : patience)
        let recorder = GroupCommit(storage: storage, limits: limits)
        let publishing = spool.map { SpoolingRecorder(recorder, spool: $0, patience: patience) }
        let spoolPage = SpoolPage(spool, path: settings.ingest.spool.path)
        let store = StoreStatus(storage: storage, allowsUnsafe: settings.database.allowUnsafe)
        let monitor = HealthMonitor(probes: [store.probe], logger: logger)
        let status = StatusPage(
            sources: [
                ProcessStatus(instance: RandomBytes.uuidText()), store,
                IngestStatus(recorder: recorder, limits: limits), spoolPage, connections,
                certificates ?? PlainStatus(),
            ] + authentication.statusSources + [CounterStatus(registry: registry)])
        let gauges = Gauges(
            recorder: recorder, storage: storage, certificates: certificates,
            connections: connections, spool: spool)
        let api = Self.events(
            settings, storage, publishing ?? recorder, authentication, logger)
        let health = Self.health(settings, monitor, spoolPage, authentication)
        let router = Router(
            routes: api.routes + health
                + Self.pages(status, registry) {
                    await gauges.refresh()
                    authentication.refreshGauges()
                },
            admission: api.admission,
            cors: API.CORSSettings(allowedOrigins: settings.cors.allowedOrigins),
            challenges: authentication.authenticator.challenges, logger: logger)
        self.recorder = recorder
        self.monitor = monitor
        self.router = router
        responder = RequestObserver(
            router, routeName: { router.pattern(of: $0) ?? "none" }, logger: logger)
    }

    /// What operators ask for.
    private static func pages(
        _ status: StatusPage, _ registry: MetricsRegistry,
        refresh: @escaping @Sendable () async -> Void
    ) -> [Route] {
        [
            Route(
                ["GET"], "/metrics", responder: MetricsPage(registry: registry, refresh: refresh)),
            Route(["GET"], "/status", responder: status),
        ]
    }

    /// What balancers ask: whether to send requests here, and whether to send events.
    private static func health(
        _ settings: Settings, _ monitor: HealthMonitor, _ spool: SpoolPage,
        _ authentication: Authentication
    ) -> [Route] {
        let disableFile = settings.health.disableFile
        let note: @Sendable () -> String? = {
            let notes = [spool.note, authentication.note].compactMap(\.self)
            return notes.isEmpty ? nil : notes.joined(separator: "; ")
        }
        let all = HealthPage(monitor: monitor, disableFile: disableFile, note: note)
        let publishing = HealthPage(
            disableFile: disableFile, note: note,
            failures: { await spool.takesEvents() ? [] : await monitor.failures() })
        return [
            Route(["GET", "POST"], "/healthcheck", responder: all),
            Route(["GET", "POST"], "/healthcheck/publishing", responder: publishing),
        ]
    }

    private static func events(
        _ settings: Settings, _ storage: any EventStorage, _ recorder: any EventRecorder,
        _ authentication: Authentication, _ logger: Logger
    ) -> EventsAPI {
        EventsAPI(
            storage: storage, recorder: recorder, digest: { SHA256.digest(of: $0) },
            authenticator: authentication.authenticator,
            policy: { [policy = authentication.policy] in policy.rules },
            settings: settings.eventsAPI(logger),
            retentionCutoffs: { [policy = settings.retention] in policy.cutoffs(at: .now) })
    }
}

extension Settings {
    fileprivate func groupCommit(patience: Duration?) -> GroupCommitLimits {
        GroupCommitLimits(
            eventsPerGroup: ingest.groupEvents, queuedEvents: ingest.queueEvents,
            parallelGroups: database.parallelGroups, patience: patience)
    }

    fileprivate func eventsAPI(_ logger: Logger) -> API.APISettings {
        API.APISettings(
            defaultLimit: api.defaultLimit, maximumLimit: api.maximumLimit,
            maximumFilters: api.maximumFilters, trustsProxyHeaders: api.trustsProxyHeaders,
            ingest: IngestLimits(
                bodyBytes: ingest.maximumBody, unpackedBytes: ingest.maximumDecompressed,
                eventBytes: ingest.maximumEvent, traits: ingest.maximumTraits,
                depth: ingest.maximumDepth, signatures: ingest.messageSignatures(logger)))
    }
}

extension IngestSettings {
    fileprivate func messageSignatures(_ logger: Logger) -> MessageSignatures? {
        telemetrySecret.map { secret in
            let key = Array(secret.reveal().utf8)
            let marks = SignatureMarks { mark in
                logger.warning(
                    "an event was taken though its message_signature does not hold",
                    metadata: [
                        "message_id": "\(mark.messageID)", "verdict": "\(mark.verdict)",
                        "others_since_the_last_line": "\(mark.untold)",
                    ])
            }
            return MessageSignatures(signatures, marks: marks) { text, code in
                ConstantTime.areEqual(HMACSHA256.code(for: text, key: key), code)
            }
        }
    }
}
