import COpenSSL

/// SHA-256 by libcrypto. One digest of a kilobyte takes about a microsecond.
package enum SHA256 {
    /// Fetched once: a fetch by name costs more than the digest of an event.
    ///
    /// Safe from any thread: libcrypto counts references to it and never changes it.
    private nonisolated(unsafe) static let method = EVP_MD_fetch(nil, "SHA256", nil)

    /// 32 bytes.
    package static func digest(of bytes: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
            let done = EVP_Digest(bytes, bytes.count, buffer.baseAddress, nil, method, nil)
            precondition(done == 1, "libcrypto has SHA-256 and memory for one context")
            count = 32
        }
    }
}

package enum HMACSHA256 {
    /// 32 bytes (RFC 2104).
    package static func code(for bytes: [UInt8], key: [UInt8]) -> [UInt8] {
        code(for: bytes, then: [], key: key)
    }

    /// The code of both parts, one behind the other, without joining them first.
    package static func code(
        for bytes: [UInt8], then rest: [UInt8], key: [UInt8]
    ) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
            let done = annals_hmac_sha256(
                key, key.count, bytes, bytes.count, rest, rest.count, buffer.baseAddress)
            precondition(done == 1, "libcrypto has HMAC and memory for one context")
            count = 32
        }
    }
}
