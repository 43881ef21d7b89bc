import CMicroHTTPD
import Glibc
import Synchronization

/// The thread at the door: accepts connections, cuts slow ones, notices clients that left, and in the
/// end sees everybody out. It owns the server, so that nothing is freed while it runs.
final class Doorkeeper: Sendable {
    private struct Orders {
        /// When to stop at the latest, on the monotonic clock; nil until a stop is asked for.
        var deadline: Int64?
        var isFinished = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let reception: Reception
    /// Used on the doorkeeper's thread only.
    private nonisolated(unsafe) let server: OpaquePointer
    private let orders = Mutex(Orders())
    /// An eventfd: ends the thread's sleep. Closed with the object.
    private let bell: Int32

    init(_ reception: Reception, server: OpaquePointer) {
        self.reception = reception
        self.server = server
        bell = annals_bell()
    }

    deinit {
        close(bell)
    }

    /// Returns when the last connection is closed and the server's threads have ended.
    func stop(after timeout: Duration) async {
        await withCheckedContinuation { continuation in
            let isFinished = orders.withLock { orders in
                if !orders.isFinished { orders.waiting.append(continuation) }
                return orders.isFinished
            }
            if isFinished { continuation.resume() }
            order(stopAfter: timeout)
        }
    }

    /// The first order stands, or the earlier one.
    func order(stopAfter timeout: Duration) {
        let deadline = MonotonicClock.milliseconds() + timeout.milliseconds
        orders.withLock { $0.deadline = min($0.deadline ?? deadline, deadline) }
        var one: UInt64 = 1
        _ = write(bell, &one, MemoryLayout<UInt64>.size)
    }

    // -- The thread

    func run(_ socket: ListenSocket) {
        var door = Door(socket, reception: reception, server: server)
        while orders.withLock({ $0.deadline }) == nil {
            door.waitForKnock(orBell: bell, milliseconds: 100)
            door.acceptAll()
            sweep()
        }
        reception.startDraining()
        // Whoever is in the queue of the kernel believes to be connected already.
        door.acceptAll()
        door.close()
        drain()
        finish()
    }

    private func drain() {
        while reception.connections.count > 0,
            MonotonicClock.milliseconds() < orders.withLock({ $0.deadline ?? 0 })
        {
            var bellOnly = [pollfd(fd: bell, events: Int16(POLLIN), revents: 0)]
            poll(&bellOnly, 1, 20)
            clearBell()
            sweep()
            let now = MonotonicClock.milliseconds()
            for connection in reception.connections.all { connection.closeIfIdle(at: now) }
        }
    }

    private func finish() {
        reception.startStopping()
        for connection in reception.connections.all { connection.exchange?.abandon() }
        annals_server_stop(server)
        let waiting = orders.withLock { orders in
            orders.isFinished = true
            defer { orders.waiting = [] }
            return orders.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    private func clearBell() {
        var count: UInt64 = 0
        _ = read(bell, &count, MemoryLayout<UInt64>.size)
    }

    private func sweep() {
        let now = MonotonicClock.milliseconds()
        var watched: [(socket: Int32, onDeparture: () -> Void)] = []
        for connection in reception.connections.all {
            if connection.cutIfLate(at: now, reception.settings.timeouts) { continue }
            if let (socket, exchange) = connection.suspect(at: now) {
                watched.append((socket, { exchange.cancel() }))
            } else if let socket = connection.listening(at: now) {
                watched.append((socket, { connection.cutIfEnded() }))
            }
        }
        notice(watched)
    }

    /// libmicrohttpd does not look at a parked connection, so a client's departure is noticed here.
    /// The socket may have become another's by now: its request is over then, nothing to cancel, and
    /// a connection looks again before it cuts.
    private func notice(_ watched: [(socket: Int32, onDeparture: () -> Void)]) {
        guard !watched.isEmpty else { return }
        let departure = annals_poll_departure
        var polls = watched.map { pollfd(fd: $0.socket, events: departure, revents: 0) }
        guard poll(&polls, nfds_t(polls.count), 0) > 0 else { return }
        for (watch, answer) in zip(watched, polls) where answer.revents & departure != 0 {
            watch.onDeparture()
        }
    }
}
