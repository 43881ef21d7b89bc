import CMicroHTTPD
import Glibc

/// Numeric text of a socket address, without the port.
enum PeerAddress {
    static func text(of address: UnsafePointer<sockaddr>?) -> String {
        guard let address else { return "" }
        let family = Int32(address.pointee.sa_family)
        let length =
            family == AF_INET6 ? MemoryLayout<sockaddr_in6>.size : MemoryLayout<sockaddr_in>.size
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { text in
            let code = getnameinfo(
                address, socklen_t(length), text.baseAddress, socklen_t(text.count), nil, 0,
                NI_NUMERICHOST)
            guard code == 0, let start = text.baseAddress else { return "" }
            let name = String(cString: start)
            // An IPv4 client of a socket that takes both.
            return name.hasPrefix("::ffff:") ? String(name.dropFirst(7)) : name
        }
    }
}
