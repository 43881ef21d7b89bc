import API
import EventStore
import Identity
import Listener
package import Logging
package import Observability
import SQL
import SQLiteStorage
import Spool

/// The service from its first to its last moment: opens, listens, looks after itself, drains.
package struct RunningService {
    private let settings: Settings
    private let store: OpenedStore
    private let storage: MeasuredStorage
    private let service: EventService
    private let listener: HTTPListener
    private let certificates: CertificateKeeper?
    private let authentication: Authentication
    private let spool: EventSpool?
    private let logger: Logger

    /// Opens the store, loads the certificate and begins to listen, in this order: what is wrong is
    /// told before anybody can connect.
    package static func start(
        _ settings: Settings, registry: MetricsRegistry, logger: Logger
    ) async throws -> RunningService {
        let store = try OpenedStore(settings.database, as: .serving) { [logger] error in
            logger.error("index upkeep failed", metadata: ["detail": "\(error.message)"])
        }
        try await check(store, settings, logger)
        let loader = CertificateLoader(settings.tls, address: settings.listen.address)
        let certificate = settings.tls.isEnabled ? try loader.load() : nil
        let certificates = certificate.map {
            CertificateKeeper(loader, current: $0, logger: logger)
        }
        let spool = try OpenedSpool.open(settings.ingest.spool, logger)
        let storage = MeasuredStorage(store.storage)
        let connections = ConnectionStatus()
        let authentication = try Authentication(settings, logger: logger)
        let service = EventService(
            settings, storage: storage, certificates: certificates, connections: connections,
            authentication: authentication, spool: spool, registry: registry, logger: logger)
        let listener = try HTTPListener.start(
            settings.listener(certificate), responder: service.responder,
            onRefusal: { method, path, status in
                PublishRefusals.count(status, of: method, path)
            }, logger: logger)
        connections.watch(listener)
        return RunningService(
            settings: settings, store: store, storage: storage, service: service,
            listener: listener, certificates: certificates, authentication: authentication,
            spool: spool, logger: logger)
    }

    /// With a spool nobody has to wait for a server that is away: publishers would be refused
    /// meanwhile, which loses the events of some.
    private static func check(
        _ store: OpenedStore, _ settings: Settings, _ logger: Logger
    ) async throws(SettingsError) {
        let spool = settings.ingest.spool
        let status = await store.firstStatus(within: spool.path == nil ? nil : spool.after)
        let reason =
            if let status {
                try store.requireDurability(of: status, settings.database)
            } else {
                "it has not answered in time"
            }
        if let reason {
            logger.warning(
                "the store is not ready; waiting for it", metadata: ["reason": "\(reason)"])
        }
        if let unsafe = status?.unsafeSettings {
            // Whoever allowed it may not be who reads the log.
            logger.warning("the store is not durable", metadata: ["reason": "\(unsafe)"])
        }
    }

    /// Where clients find the service.
    package var address: String {
        let scheme = settings.tls.isEnabled ? "https" : "http"
        return "\(scheme)://\(NetworkAddress.inURL(settings.listen.address)):\(listener.port)"
    }

    /// Serves until a signal says stop; then finishes what is under way and closes the store.
    package func run(until signals: AsyncStream<ProcessSignal>) async {
        await logReady()
        let background = Task { await lookAfterItself() }
        for await signal in signals {
            if signal == .stop { break }
            authentication.policy.refresh(isAsked: true)
            await reloadCertificate()
        }
        logger.notice("stopping: no new connections, requests under way are finished")
        // First of all, because nothing that happens to the others may keep an answer back.
        await listener.drain(timeout: settings.listen.drainTimeout)
        background.cancel()
        // Connecting to a server that does not answer ends with the process, and so does what waits
        // for it.
        await waiting(.seconds(2)) { await background.value }
        await spool?.close()
        await store.close()
        logger.notice("stopped")
    }

    private func lookAfterItself() async {
        let retention = RetentionService(
            policy: settings.retention, storage: storage, logger: logger)
        await withTaskGroup { group in
            group.addTask { await service.monitor.run() }
            group.addTask { await retention.run() }
            group.addTask { await authentication.policy.run() }
            group.addTask { await authentication.prepare() }
            if let spool {
                let drain = OpenedSpool.drain(spool, into: storage, logger: logger)
                group.addTask { await drain.run() }
            }
        }
    }

    private func logReady() async {
        var metadata = await certificates?.metadata ?? [:]
        metadata["address"] = "\(address)"
        metadata["version"] = "\(Version.text)"
        logger.notice("ready", metadata: metadata)
    }

    private func reloadCertificate() async {
        guard let certificates else {
            logger.notice("plain HTTP: there is no certificate to read again")
            return
        }
        await certificates.reload { [listener, settings] certificate in
            guard let pair = settings.listener(certificate).tls else { return }
            try listener.replaceCertificate(pair)
        }
    }
}
