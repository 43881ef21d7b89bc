import CMicroHTTPD
import Glibc
package import HTTP
package import Logging
import Synchronization

/// Takes requests over HTTP/1.1, plain or over TLS, and has one responder answer them.
///
/// libmicrohttpd's threads read and write; a request is answered by a Swift task while its connection
/// is parked. Ends with `drain`; a listener that is let go ends at once.
package final class HTTPListener: Sendable {
    /// The port it really listens on.
    package let port: UInt16
    private let reception: Reception
    private let doorkeeper: Doorkeeper

    private init(port: UInt16, reception: Reception, doorkeeper: Doorkeeper) {
        self.port = port
        self.reception = reception
        self.doorkeeper = doorkeeper
    }

    deinit {
        doorkeeper.order(stopAfter: .zero)
    }

    /// Clients can connect when this returns.
    ///
    /// - Throws: `.portInUse` and the like name the address and the port; `.badCertificate` says what
    ///   GnuTLS finds wrong.
    package static func start(
        _ settings: ListenerSettings, responder: any Responder,
        onRefusal: @escaping RefusalObserver = { _, _, _ in },
        logger: Logger = Logger(label: "listener")
    ) throws(ListenerError) -> HTTPListener {
        let reception = try Reception(
            settings, responder: responder, onRefusal: onRefusal, logger: logger)
        let socket = try ListenSocket(address: settings.address, port: settings.port)
        let port = socket.port
        var options = annals_options(
            listener: Unmanaged.passUnretained(reception).toOpaque(),
            is_secure: settings.tls == nil ? 0 : 1, threads: UInt32(max(settings.threads, 1)),
            // Ours is the limit that counts: a connection leaves our table before theirs.
            connections_per_thread: UInt32(settings.limits.connections * 2 + 64),
            idle_timeout_seconds: UInt32(max(settings.timeouts.idle.components.seconds, 1)),
            memory_per_connection: settings.limits.head)
        var functions = callbacks
        guard let server = annals_server_start(&options, &functions) else {
            throw .notStarted(reason: String(cString: strerror(errno)))
        }
        let doorkeeper = Doorkeeper(reception, server: server)
        do throws(ListenerError) {
            try Self.startThread(doorkeeper, socket)
        } catch {
            annals_server_stop(server)
            throw error
        }
        return HTTPListener(port: port, reception: reception, doorkeeper: doorkeeper)
    }

    /// Stops accepting, answers what is under way and what still comes on open connections, each
    /// time with `Connection: close`, and ends.
    ///
    /// - Parameter timeout: requests not answered by then are cancelled and their connections cut.
    package func drain(timeout: Duration) async {
        await doorkeeper.stop(after: timeout)
    }

    /// Gives connections that begin from now on another certificate; those that are open keep theirs.
    ///
    /// - Throws: `.badCertificate` where the pair cannot be used: the old one stays.
    package func replaceCertificate(_ settings: TLSSettings) throws(ListenerError) {
        guard reception.settings.tls != nil else { throw .notSecure }
        reception.credentials = try TLSCredentials(settings)
    }

    package var status: ListenerStatus {
        ListenerStatus(
            active: reception.connections.count,
            accepted: reception.counters.accepted.load(ordering: .relaxed),
            refused: reception.counters.refused.load(ordering: .relaxed),
            timedOut: reception.counters.timedOut.load(ordering: .relaxed),
            bodyBytesInFlight: reception.budget.bytes)
    }

    /// The doorkeeper blocks in `poll`, so it has a thread of its own, which keeps it alive.
    private static func startThread(
        _ doorkeeper: Doorkeeper, _ socket: ListenSocket
    ) throws(ListenerError) {
        let work = Unmanaged.passRetained(ThreadWork(doorkeeper, socket))
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                let work = Unmanaged<ThreadWork>.fromOpaque(context).takeRetainedValue()
                work.doorkeeper.run(work.socket)
                return nil
            }, work.toOpaque())
        guard code == 0 else {
            work.release()
            throw .notStarted(reason: String(cString: strerror(code)))
        }
        pthread_detach(thread)
    }
}

/// What the thread begins with.
private final class ThreadWork {
    let doorkeeper: Doorkeeper
    let socket: ListenSocket

    init(_ doorkeeper: Doorkeeper, _ socket: ListenSocket) {
        self.doorkeeper = doorkeeper
        self.socket = socket
    }
}
