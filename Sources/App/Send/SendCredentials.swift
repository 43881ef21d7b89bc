import Foundation
package import HTTP
import OpenSSL
package import Values

/// What tells the server who sends. Any of it may be missing.
package struct SendCredentials: Sendable {
    /// Name and password, as HTTP Basic has them.
    package var basic: (user: String, password: Secret)?
    /// A token of Keystone.
    package var token: Secret?
    /// Signs each body.
    package var signingSecret: Secret?
    /// Which secret that is, where the server knows several.
    package var keyID: String?

    package init() {}

    /// Something that nobody on the way should read.
    package var isSecret: Bool { basic != nil || token != nil }

    /// - Parameters:
    ///   - body: the bytes as they are sent.
    ///   - now: seconds since 1970.
    package func sign(_ headers: inout Headers, body: [UInt8], now: Int) {
        if let basic {
            let pair = Data("\(basic.user):\(basic.password.reveal())".utf8)
            headers["Authorization"] = "Basic \(pair.base64EncodedString())"
        }
        if let token { headers["X-Auth-Token"] = token.reveal() }
        guard let signingSecret else { return }
        let timestamp = String(now)
        let code = HMACSHA256.code(
            for: Array("\(timestamp)\n".utf8) + body, key: Array(signingSecret.reveal().utf8))
        headers["X-Timestamp"] = timestamp
        headers["X-Signature"] = "v1=" + code.map(Self.hexadecimal).joined()
        if let keyID { headers["X-Key-Id"] = keyID }
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
}
