import CSignature
import Foundation

/// Signs bodies as docs/identity.md says of the strategy `hmac`.
struct RequestSigner {
    private let secret: [UInt8]
    private var text: [UInt8] = []

    init(secret: [UInt8]) {
        self.secret = secret
    }

    /// The header fields, each with its end of line.
    mutating func headerLines(for body: [UInt8]) throws(LoadError) -> String {
        let timestamp = String(Int(Date().timeIntervalSince1970))
        text.removeAll(keepingCapacity: true)
        text.append(contentsOf: timestamp.utf8)
        text.append(UInt8(ascii: "\n"))
        text.append(contentsOf: body)
        var digits = [CChar](repeating: 0, count: 64)
        guard
            unsafe benchmark_signature(secret, secret.count, text, text.count, &digits) == 1
        else { throw LoadError("libcrypto made no signature") }
        let signature = String(decoding: digits.map(UInt8.init(bitPattern:)), as: UTF8.self)
        return "X-Timestamp: \(timestamp)\r\nX-Signature: v1=\(signature)\r\n"
    }
}
