import HTTP

/// What a signed request says of its signature.
struct SignedRequest {
    /// Seconds since 1970.
    let timestamp: Int
    /// As sent: it is what was signed.
    let timestampText: String
    /// 32 bytes.
    let signature: [UInt8]
    let keyID: String?

    static let header = "X-Signature"

    init(_ headers: Headers) throws(IdentityError) {
        guard let text = headers[Self.header], let signature = Self.signature(text) else {
            throw .signature(
                "X-Signature must be v1= and 64 hexadecimal digits.", reason: "bad_signature")
        }
        guard let text = headers["X-Timestamp"], text.utf8.count <= 12,
            text.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains),
            let timestamp = Int(text)
        else {
            throw .signature(
                "X-Timestamp must be there, in whole seconds since 1970.",
                reason: "bad_timestamp")
        }
        self.signature = signature
        self.timestamp = timestamp
        timestampText = text
        keyID = headers["X-Key-Id"]
    }

    private static func signature(_ text: String) -> [UInt8]? {
        let digits = Array(text.utf8.dropFirst(3))
        guard text.hasPrefix("v1="), digits.count == 64 else { return nil }
        var bytes: [UInt8] = []
        for place in stride(from: 0, to: digits.count, by: 2) {
            guard let high = value(digits[place]), let low = value(digits[place + 1]) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch Unicode.Scalar(digit) {
        case "0"..."9": digit - UInt8(ascii: "0")
        case "a"..."f": digit - UInt8(ascii: "a") + 10
        case "A"..."F": digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

extension IdentityError {
    static func signature(_ message: String, reason: String) -> Self {
        .unauthenticated(
            Rejection(style: .plain, message: message, challenges: [], reason: reason))
    }
}
