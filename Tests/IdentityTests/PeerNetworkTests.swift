import Testing

@testable import Identity

@Suite("Addresses that count as one")
struct PeerNetworkTests {
    @Test(
        "are those of an IPv6 network, and an IPv4 address however it is written",
        arguments: [
            ("2001:db8::1", "2001:db8:0:0:ffff:ffff:ffff:ffff"), ("2001:DB8::1", "2001:db8::2"),
            ("::ffff:10.0.0.1", "10.0.0.1"), ("::ffff:a00:1", "10.0.0.1"),
            ("fe80::1%eth0", "fe80::2"), ("10.0.0.1", "10.0.0.1"), ("", ""),
        ])
    func alike(one: String, other: String) {
        #expect(PeerNetwork(one) == PeerNetwork(other))
    }

    @Test(
        "are no others",
        arguments: [
            ("2001:db8::1", "2001:db8:0:1::1"), ("10.0.0.1", "10.0.0.2"),
            ("::ffff:10.0.0.1", "::ffff:10.0.0.2"), ("::ffff:10.0.0.1", "::1"), ("a:b", "a:c"),
        ])
    func different(one: String, other: String) {
        #expect(PeerNetwork(one) != PeerNetwork(other))
    }
}
