import CMicroHTTPD
import Glibc

/// A bound, listening, non-blocking socket; closed with the object.
final class ListenSocket: Sendable {
    let descriptor: Int32
    let port: UInt16

    init(address: String, port: UInt16) throws(ListenerError) {
        let places = try Self.resolve(address, port)
        defer { freeaddrinfo(places) }
        let place = places.pointee
        let descriptor = annals_stream_socket(place.ai_family, place.ai_protocol)
        guard descriptor >= 0 else {
            throw Self.failure(address, port)
        }
        do throws(ListenerError) {
            self.port = try Self.listen(descriptor, place, address, port)
            self.descriptor = descriptor
        } catch {
            close(descriptor)
            throw error
        }
    }

    deinit {
        close(descriptor)
    }

    private static func resolve(
        _ address: String, _ port: UInt16
    ) throws(ListenerError) -> UnsafeMutablePointer<addrinfo> {
        var hints = addrinfo()
        hints.ai_protocol = Int32(IPPROTO_TCP)
        hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        var places: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(address, String(port), &hints, &places)
        guard code == 0, let places else {
            throw .badAddress(address, reason: String(cString: gai_strerror(code)))
        }
        return places
    }

    private static func listen(
        _ descriptor: Int32, _ place: addrinfo, _ address: String, _ port: UInt16
    ) throws(ListenerError) -> UInt16 {
        var on: Int32 = 1
        var off: Int32 = 0
        let size = socklen_t(MemoryLayout<Int32>.size)
        // A restart must not wait until the connections of the last run are forgotten.
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, size)
        if place.ai_family == AF_INET6 {
            setsockopt(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &off, size)
        }
        guard bind(descriptor, place.ai_addr, place.ai_addrlen) == 0,
            Glibc.listen(descriptor, 1024) == 0
        else { throw failure(address, port) }
        return boundPort(of: descriptor)
    }

    private static func boundPort(of descriptor: Int32) -> UInt16 {
        var bound = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &bound) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = getsockname(descriptor, $0, &length)
            }
            // The port lies at the same place for both families.
            return pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                UInt16(bigEndian: $0.pointee.sin_port)
            }
        }
    }

    private static func failure(_ address: String, _ port: UInt16) -> ListenerError {
        let code = errno
        switch code {
        case EADDRINUSE: return .portInUse(address: address, port: port)
        case EADDRNOTAVAIL:
            return .badAddress(address, reason: String(cString: strerror(code)))
        default:
            return .cannotListen(
                address: address, port: port, reason: String(cString: strerror(code)))
        }
    }
}
