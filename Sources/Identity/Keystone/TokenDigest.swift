internal import OpenSSL

/// SHA-256 of a token: known tokens are found by it, so that memory holds no token.
struct TokenDigest: Sendable, Hashable {
    private let first: UInt64
    private let second: UInt64
    private let third: UInt64
    private let fourth: UInt64

    init(_ token: String) {
        let bytes = SHA256.digest(of: Array(token.utf8))
        first = Self.word(bytes[0..<8])
        second = Self.word(bytes[8..<16])
        third = Self.word(bytes[16..<24])
        fourth = Self.word(bytes[24..<32])
    }

    private static func word(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }
}

/// What is asked of Keystone.
struct TokenQuestion: Sendable, Hashable {
    let digest: TokenDigest
    /// A service vouches for the caller: a token that has ended is good as well.
    let allowsExpired: Bool
}
