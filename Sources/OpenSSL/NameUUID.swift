import COpenSSL

/// UUIDs that follow from a name (RFC 9562 section 5.5, version 5).
package enum NameUUID {
    /// The RFC's namespace for names that are URLs.
    package static let urls: [UInt8] = [
        0x6B, 0xA7, 0xB8, 0x11, 0x9D, 0xAD, 0x11, 0xD1, 0x80, 0xB4, 0x00, 0xC0, 0x4F, 0xD4, 0x30,
        0xC8,
    ]

    /// In lower case with hyphens. The same name always has the same.
    ///
    /// - Parameter namespace: 16 bytes.
    package static func text(of name: String, in namespace: [UInt8]) -> String {
        let bytes = namespace + Array(name.utf8)
        var uuid = [UInt8](unsafeUninitializedCapacity: 20) { buffer, count in
            let done = EVP_Digest(bytes, bytes.count, buffer.baseAddress, nil, EVP_sha1(), nil)
            precondition(done == 1, "libcrypto has SHA-1 and memory for one context")
            count = 20
        }
        uuid[6] = uuid[6] & 0x0F | 0x50
        uuid[8] = uuid[8] & 0x3F | 0x80
        var text = ""
        for (index, byte) in uuid.prefix(16).enumerated() {
            if [4, 6, 8, 10].contains(index) { text += "-" }
            text += (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        return text
    }
}
