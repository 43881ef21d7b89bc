import CMicroHTTPD
import HTTP

/// Who a client proved to be.
enum ClientIdentity: Sendable, Equatable {
    case anonymous
    /// The distinguished name of its certificate, and its alternative names.
    case verified(subject: String, names: [CertificateName])
    case invalid(reason: String)

    init(ofConnection handle: OpaquePointer) {
        self = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 16 << 10) { text in
            guard let start = text.baseAddress else { return .anonymous }
            let outcome = annals_connection_client(handle, start, text.count)
            switch outcome {
            case Int32(ANNALS_CLIENT_VERIFIED.rawValue): return Self.verified(text)
            case Int32(ANNALS_CLIENT_INVALID.rawValue):
                let reason = String(cString: start)
                // GnuTLS ends each of its sentences with a space.
                return .invalid(reason: reason.hasSuffix(" ") ? String(reason.dropLast()) : reason)
            default: return .anonymous
            }
        }
    }

    /// Texts with a zero at the end of each: the subject, the names, an empty one.
    private static func verified(_ text: UnsafeMutableBufferPointer<CChar>) -> ClientIdentity {
        let texts = text.split(separator: 0, omittingEmptySubsequences: false).lazy.map {
            String(decoding: $0.map(UInt8.init(bitPattern:)), as: UTF8.self)
        }
        let names = texts.dropFirst().prefix { !$0.isEmpty }.compactMap(Self.name)
        return .verified(subject: texts.first ?? "", names: Array(names))
    }

    private static func name(_ text: String) -> CertificateName? {
        let value = String(text.dropFirst())
        return switch text.first {
        case "d": CertificateName(.dns, value)
        case "u": CertificateName(.uri, value)
        case "e": CertificateName(.email, value)
        default: nil
        }
    }
}
