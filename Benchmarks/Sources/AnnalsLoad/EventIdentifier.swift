/// The message id of an event by its number: looks random, as an index meets it in real life.
struct EventIdentifier {
    private let high: UInt64
    private let low: UInt64

    init(number: Int, seed: UInt64) {
        // Mixed first, so that two seeds share no ids at neighbouring numbers.
        let start = Self.mix(seed) &+ UInt64(number) &* 2
        high = Self.mix(start)
        low = Self.mix(start &+ 1)
    }

    var text: String {
        var bytes = Array("00000000-0000-0000-0000-000000000000".utf8)
        write(into: &bytes, at: 0)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Replaces 36 bytes.
    func write(into bytes: inout [UInt8], at place: Int) {
        var digit = 0
        for offset in 0..<36 where bytes[place + offset] != UInt8(ascii: "-") {
            let half = digit < 16 ? high : low
            bytes[place + offset] = Hexadecimal.digit(UInt8(half >> (60 - 4 * (digit % 16)) & 15))
            digit += 1
        }
    }

    /// SplitMix64: distinct inputs have distinct results.
    private static func mix(_ input: UInt64) -> UInt64 {
        var value = input &* 0x9E37_79B9_7F4A_7C15
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

enum Hexadecimal {
    static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }

    static func value(of digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
