import CMicroHTTPD
import Glibc
import HTTP
import Synchronization

/// One connection, from the moment libmicrohttpd has it to the moment it closes the socket.
final class ClientConnection: Sendable {
    /// What the connection is doing, and so what its client may take time for.
    enum Stage {
        /// For a head: the first one, or the next.
        case waiting(isFirst: Bool)
        case receivingBody
        /// A Swift task works, and libmicrohttpd does not look at the socket.
        case working
        case sending
    }

    private struct State {
        /// Nil once libmicrohttpd is about to close it: the number may then be another's.
        var socket: Int32?
        var stage = Stage.waiting(isFirst: true)
        /// When the stage began, on the monotonic clock.
        var since: Int64
        var bodyBytes = 0
        var exchange: Exchange?
        var identity: ClientIdentity?
    }

    let reception: Reception
    let address: String
    /// Held for as long as the session may read it.
    private let credentials: TLSCredentials?
    private let state: Mutex<State>

    init(_ handle: OpaquePointer, reception: Reception) {
        self.reception = reception
        address = PeerAddress.text(of: annals_connection_address(handle))
        credentials = reception.credentials
        let socket = annals_connection_socket(handle)
        state = Mutex(State(socket: socket, since: MonotonicClock.milliseconds()))
        if let credentials {
            _ = annals_connection_secure(handle, credentials.handle)
        }
    }

    // -- Called from the connection's thread

    func begin(_ exchange: Exchange) {
        state.withLock { $0.exchange = exchange }
    }

    func enter(_ stage: Stage) {
        let now = MonotonicClock.milliseconds()
        state.withLock {
            $0.stage = stage
            $0.since = now
            $0.bodyBytes = 0
            if case .waiting = stage { $0.exchange = nil }
        }
    }

    func noteBody(_ count: Int) {
        state.withLock { $0.bodyBytes += count }
    }

    func forgetSocket() {
        state.withLock {
            $0.socket = nil
            $0.exchange = nil
        }
    }

    /// Who the client is, or why it may not come in. Checked once: a connection has one handshake.
    func peer(_ handle: OpaquePointer) throws(Refusal) -> Peer {
        guard let credentials else { return Peer(address: address) }
        let identity = state.withLock { state in
            let identity = state.identity ?? ClientIdentity(ofConnection: handle)
            state.identity = identity
            return identity
        }
        switch identity {
        case .anonymous where credentials.isClientCertificateRequired: throw .certificateMissing
        case .anonymous: return Peer(address: address, isSecure: true)
        case .verified(let subject, let names):
            return Peer(
                address: address, isSecure: true, certificateSubject: subject,
                certificateNames: names)
        case .invalid(let reason): throw .certificateInvalid(reason)
        }
    }

    // -- Called from the doorkeeper's thread

    var exchange: Exchange? { state.withLock { $0.exchange } }

    /// The socket and the request of a connection whose client may have left without our seeing it.
    func suspect(at now: Int64) -> (socket: Int32, exchange: Exchange)? {
        state.withLock { state in
            guard case .working = state.stage, now - state.since >= 100,
                let socket = state.socket, let exchange = state.exchange
            else { return nil }
            return (socket, exchange)
        }
    }

    /// The socket of a connection that waits for its client to send.
    func listening(at now: Int64) -> Int32? {
        state.withLock { state in
            switch state.stage {
            case .waiting, .receivingBody: now - state.since >= 100 ? state.socket : nil
            case .working, .sending: nil
            }
        }
    }

    /// Cuts the connection where its client will send no more and everything is read. libmicrohttpd
    /// misses that where the end comes together with the last bytes.
    func cutIfEnded() {
        state.withLock { state in
            guard let socket = state.socket else { return }
            switch state.stage {
            case .working, .sending: return
            case .waiting, .receivingBody: break
            }
            var byte: UInt8 = 0
            guard recv(socket, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)) == 0 else { return }
            shutdown(socket, Int32(SHUT_RDWR))
            state.socket = nil
        }
    }

    /// Cuts the connection where its client has used up its time; true where it did.
    func cutIfLate(at now: Int64, _ timeouts: ListenerTimeouts) -> Bool {
        state.withLock { state in
            let allowed: Int64
            switch state.stage {
            case .waiting(isFirst: true): allowed = timeouts.head.milliseconds
            case .waiting: allowed = timeouts.idle.milliseconds + timeouts.head.milliseconds
            case .receivingBody:
                let earned = state.bodyBytes * 1000 / max(timeouts.minimumBodyRate, 1)
                allowed = timeouts.body.milliseconds + Int64(earned)
            case .working, .sending: return false
            }
            guard now - state.since >= allowed, let socket = state.socket else { return false }
            reception.counters.timedOut.add(1, ordering: .relaxed)
            shutdown(socket, Int32(SHUT_RDWR))
            state.socket = nil
            return true
        }
    }

    /// Ends a connection between two requests. What its client has sent already is still read.
    func closeIfIdle(at now: Int64) {
        state.withLock { state in
            guard case .waiting = state.stage, now - state.since >= 500,
                let socket = state.socket
            else { return }
            shutdown(socket, Int32(SHUT_RD))
        }
    }
}
