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
