import COpenSSL

/// Comparison of what a caller guesses with what we know.
package enum ConstantTime {
    /// True where both hold the same bytes. Takes the same time wherever the first difference is; the
    /// lengths are no secret.
    package static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.count == right.count && CRYPTO_memcmp(left, right, left.count) == 0
    }
}
