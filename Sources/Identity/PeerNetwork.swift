import Glibc

/// Whom a limit by address counts as one: an IPv4 address, or the 64 bits of an IPv6 address that
/// tell networks apart. A client has all the addresses of its network, so one of them says nothing.
struct PeerNetwork: Sendable, Hashable {
    private enum Kind: Sendable, Hashable {
        case network([UInt8])
        /// Also what is no address.
        case address(String)
    }

    private let kind: Kind

    /// - Parameter address: in digits, as `Peer` has it.
    init(_ address: String) {
        // Nearly every address is of IPv4, and this is on the way of every request.
        guard address.utf8.contains(UInt8(ascii: ":")) else {
            kind = .address(address)
            return
        }
        // A link-local address may name its interface: `fe80::1%eth0`.
        let digits = String(address.prefix { $0 != "%" })
        var bytes = [UInt8](repeating: 0, count: 16)
        guard unsafe inet_pton(AF_INET6, digits, &bytes) == 1 else {
            kind = .address(address)
            return
        }
        if bytes.starts(with: Self.mapped) {
            kind = .address(bytes.suffix(4).map(String.init).joined(separator: "."))
        } else {
            kind = .network(Array(bytes.prefix(8)))
        }
    }

    /// `::ffff:0:0/96`, in which a socket for both families shows IPv4 (RFC 4291 section 2.5.5.2).
    private static let mapped = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF]
}
