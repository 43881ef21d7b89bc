import FoundationEssentials
import HTTP
import Values

/// What the header field `Authorization` says to Basic authentication (RFC 7617).
enum BasicHeader: Sendable, Equatable {
    case absent
    /// Credentials of another kind.
    case otherScheme(String)
    /// No scheme and credentials, or the field is there twice.
    case unparsable
    /// Not base64, or no colon in it.
    case undecodable
    case credentials(user: String, password: Secret)

    init(_ headers: Headers) {
        let values = headers.fields.filter { $0.name.lowercased() == "authorization" }
        guard let value = values.first?.value else {
            self = .absent
            return
        }
        let words = value.split(maxSplits: 1, whereSeparator: { $0 == " " || $0 == "\t" })
        guard words.count == 2, values.count == 1 else {
            self = .unparsable
            return
        }
        guard words[0].lowercased() == "basic" else {
            self = .otherScheme(String(words[0]))
            return
        }
        self = Self.decoded(words[1])
    }

    private static func decoded(_ text: Substring) -> BasicHeader {
        let trimmed = text.filter { !$0.isWhitespace }
        guard let data = Data(base64Encoded: String(trimmed)) else { return .undecodable }
        let bytes = [UInt8](data)
        // A zero would end the password for bcrypt.
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), !bytes.contains(0) else {
            return .undecodable
        }
        return .credentials(
            user: Self.text(bytes[..<colon]), password: Secret(Self.text(bytes[(colon + 1)...])))
    }

    /// UTF-8; what cannot be is Latin-1, which Python's requests, and so Ceilometer, sends.
    private static func text(_ bytes: ArraySlice<UInt8>) -> String {
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        var scalars = String.UnicodeScalarView()
        for byte in bytes { scalars.append(Unicode.Scalar(byte)) }
        return String(scalars)
    }
}
