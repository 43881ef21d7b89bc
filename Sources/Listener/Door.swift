import CMicroHTTPD
import Glibc
import Synchronization

/// The listening socket and what happens to those who knock.
struct Door: ~Copyable {
    private var socket: ListenSocket?
    private let reception: Reception
    private let server: OpaquePointer
    /// Given up for a moment when no descriptor is left, so that a client can be turned away rather
    /// than left waiting.
    private var spare = open("/dev/null", O_RDONLY | O_CLOEXEC)

    init(_ socket: ListenSocket, reception: Reception, server: OpaquePointer) {
        self.socket = socket
        self.reception = reception
        self.server = server
    }

    deinit {
        if spare >= 0 { Glibc.close(spare) }
    }

    mutating func close() {
        socket = nil
    }

    func waitForKnock(orBell bell: Int32, milliseconds: Int32) {
        var polls = [pollfd(fd: bell, events: Int16(POLLIN), revents: 0)]
        if let descriptor = socket?.descriptor {
            polls.append(pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0))
        }
        poll(&polls, nfds_t(polls.count), milliseconds)
    }

    mutating func acceptAll() {
        guard let descriptor = socket?.descriptor else { return }
        while true {
            var address = sockaddr_storage()
            var length = socklen_t()
            let client = annals_accept(descriptor, &address, &length)
            if client >= 0 {
                welcome(client, &address, length)
            } else if errno == EMFILE || errno == ENFILE {
                turnAwayWithSpare(descriptor)
                return
            } else if errno != ECONNABORTED && errno != EINTR {
                return
            }
        }
    }

    private func welcome(_ client: Int32, _ address: inout sockaddr_storage, _ length: socklen_t) {
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                let name = PeerAddress.text(of: address)
                guard reception.connections.admit(name) else {
                    turnAway(client)
                    return
                }
                reception.counters.accepted.add(1, ordering: .relaxed)
                if annals_server_add(server, client, address, length) != 1 {
                    reception.connections.leave(name)
                    reception.counters.refused.add(1, ordering: .relaxed)
                }
            }
        }
    }

    /// Over TLS there is nobody to speak to before a handshake, which is what must not be spent.
    private func turnAway(_ client: Int32) {
        reception.counters.refused.add(1, ordering: .relaxed)
        if reception.settings.tls == nil {
            let text = Array(Refusal.tooManyConnections.wireText.utf8)
            _ = send(client, text, text.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL))
            shutdown(client, Int32(SHUT_WR))
        }
        Glibc.close(client)
    }

    private mutating func turnAwayWithSpare(_ descriptor: Int32) {
        guard spare >= 0 else { return }
        Glibc.close(spare)
        var address = sockaddr_storage()
        var length = socklen_t()
        let client = annals_accept(descriptor, &address, &length)
        if client >= 0 { turnAway(client) }
        spare = open("/dev/null", O_RDONLY | O_CLOEXEC)
    }
}
