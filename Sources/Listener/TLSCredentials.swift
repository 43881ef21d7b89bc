import CMicroHTTPD
import Values

/// A certificate chain with its key, as the handshake needs them. Each connection keeps the one it
/// began with, so a swap takes nothing away from those that are open.
final class TLSCredentials: Sendable {
    /// Never changed once it is made; GnuTLS reads it from any thread.
    nonisolated(unsafe) let handle: OpaquePointer
    let isClientCertificateRequired: Bool

    init(_ settings: TLSSettings) throws(ListenerError) {
        var reason = [CChar](repeating: 0, count: 256)
        let count = reason.count
        let handle = Self.withOptionalCString(settings.clientAuthority) { authority in
            annals_credentials_make(
                settings.chain, settings.key.reveal(), authority, &reason, count)
        }
        guard let handle else {
            let text = String(decoding: reason.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self)
            throw .badCertificate(reason: text)
        }
        self.handle = handle
        isClientCertificateRequired = settings.isClientCertificateRequired
    }

    deinit {
        annals_credentials_free(handle)
    }

    private static func withOptionalCString<Output>(
        _ text: String?, _ body: (UnsafePointer<CChar>?) -> Output
    ) -> Output {
        guard let text else { return body(nil) }
        return text.withCString(body)
    }
}

/// Who a client proved to be.
enum ClientIdentity: Sendable, Equatable {
    case anonymous
    /// The distinguished name of its certificate.
    case verified(subject: String)
    case invalid(reason: String)

    init(ofConnection handle: OpaquePointer) {
        self = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4096) { text in
            guard let start = text.baseAddress else { return .anonymous }
            let outcome = annals_connection_client(handle, start, text.count)
            switch outcome {
            case Int32(ANNALS_CLIENT_VERIFIED.rawValue):
                return .verified(subject: String(cString: start))
            case Int32(ANNALS_CLIENT_INVALID.rawValue):
                let reason = String(cString: start)
                // GnuTLS ends each of its sentences with a space.
                return .invalid(reason: reason.hasSuffix(" ") ? String(reason.dropLast()) : reason)
            default: return .anonymous
            }
        }
    }
}
