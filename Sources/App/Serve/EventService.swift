import API
package import EventStore
package import HTTP
import Identity
package import Logging
import Metrics
package import Observability
import OpenSSL
import Values

/// Everything that answers requests, put together from the settings: the one place that knows all
/// the rooms. It neither listens nor opens files.
package struct EventService: Sendable {
    /// Answers every request; counts and logs it on the way.
    package let responder: any Responder
    package let recorder: GroupCommit
    package let monitor: HealthMonitor

    /// - Parameters:
    ///   - certificates: nil where the service speaks plain HTTP.
    ///   - registry: the one that swift-metrics was given.
    package init(
        _ settings: Settings, storage: any EventStorage, certificates: CertificateKeeper?,
        connections: ConnectionStatus, registry: MetricsRegistry, logger: Logger
    ) {
        let limits = GroupCommitLimits(
            eventsPerGroup: settings.ingest.groupEvents,
            queuedEvents: settings.ingest.queueEvents,
            parallelGroups: settings.database.parallelGroups)
        let recorder = GroupCommit(storage: storage, limits: limits)
        let store = StoreStatus(
            storage: storage, allowsUnsafe: settings.database.allowUnsafe)
        let monitor = HealthMonitor(probes: [store.probe], logger: logger)
        let status = StatusPage(sources: [
            ProcessStatus(instance: RandomBytes.uuidText()), store,
            IngestStatus(recorder: recorder, limits: limits), connections,
            certificates ?? PlainStatus(), CounterStatus(registry: registry),
        ])
        let gauges = Gauges(
            recorder: recorder, storage: storage, certificates: certificates,
            connections: connections)
        let operations = [
            Route(
                ["GET", "POST"], "/healthcheck",
                responder: HealthPage(monitor: monitor, disableFile: settings.health.disableFile)),
            Route(
                ["GET"], "/metrics",
                responder: MetricsPage(registry: registry) { await gauges.refresh() }),
            Route(["GET"], "/status", responder: status),
        ]
        let router = Router(
            routes: Self.events(settings, storage, recorder).routes + operations,
            cors: API.CORSSettings(allowedOrigins: settings.cors.allowedOrigins), logger: logger)
        self.recorder = recorder
        self.monitor = monitor
        responder = RequestObserver(
            router, routeName: { router.pattern(of: $0) ?? "none" }, logger: logger)
    }

    private static func events(
        _ settings: Settings, _ storage: any EventStorage, _ recorder: any EventRecorder
    ) -> EventsAPI {
        EventsAPI(
            storage: storage, recorder: recorder, digest: { SHA256.digest(of: $0) },
            identity: settings.auth.identityStrategy, settings: settings.eventsAPI,
            retentionCutoffs: { [policy = settings.retention] in policy.cutoffs(at: .now) })
    }
}

extension AuthSettings {
    fileprivate var identityStrategy: any IdentityStrategy {
        switch strategy {
        case .none: TrustedHeaders()
        }
    }
}

extension Settings {
    fileprivate var eventsAPI: API.APISettings {
        API.APISettings(
            defaultLimit: api.defaultLimit, maximumLimit: api.maximumLimit,
            maximumFilters: api.maximumFilters, trustsProxyHeaders: api.trustsProxyHeaders,
            ingest: IngestLimits(
                bodyBytes: ingest.maximumBody, unpackedBytes: ingest.maximumDecompressed,
                eventBytes: ingest.maximumEvent, traits: ingest.maximumTraits,
                depth: ingest.maximumDepth))
    }
}
