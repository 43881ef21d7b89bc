import COpenSSL

/// Bytes nobody can guess, from libcrypto's generator.
package enum RandomBytes {
    package static func make(count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            let done = RAND_bytes(buffer.baseAddress, Int32(count))
            precondition(done == 1, "the system gives libcrypto its seed")
            filled = count
        }
    }

    /// A random UUID (version 4, RFC 9562) in lower case: `1b4e28ba-2fa1-4d2c-883f-0016d3cca427`.
    package static func uuidText() -> String {
        var bytes = make(count: 16)
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(36)
        for (index, byte) in bytes.enumerated() {
            if [4, 6, 8, 10].contains(index) { text.append(UInt8(ascii: "-")) }
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 0x0F)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
