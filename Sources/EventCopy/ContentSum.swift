/// The digest of many events together, whatever their order: the sum of their SHA-256 digests, each
/// taken as four numbers of 64 bits, little endian, that overflow.
///
/// A sum and not an exclusive or: the same event twice does not cancel itself.
package struct ContentSum: Sendable, Hashable, Codable {
    private var lanes: [UInt64] = [0, 0, 0, 0]

    package init() {}

    /// - Parameter digest: 32 bytes.
    package mutating func add(_ digest: [UInt8]) {
        for (place, byte) in digest.prefix(32).enumerated() {
            lanes[place / 8] &+= UInt64(byte) << UInt64(place % 8 * 8)
        }
    }

    /// 64 digits in hexadecimal.
    package var text: String {
        lanes.map { lane in
            let digits = String(lane, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}
