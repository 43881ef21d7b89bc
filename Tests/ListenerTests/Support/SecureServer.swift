import HTTP
import Listener
import OpenSSL
import TestSupport

let serverPair = Result { try SelfSignedCertificate.make() }

/// A listener over TLS; `server.pem` in the directory is the certificate to trust.
@discardableResult
func withSecureListener<Output>(
    _ responder: some Responder = Answering.echo,
    _ change: (inout TLSSettings) -> Void = { _ in },
    test: (HTTPListener, Scratch) async throws -> Output
) async throws -> Output {
    let pair = try serverPair.get()
    let scratch = try Scratch()
    try scratch.write(pair.certificate, to: "server.pem")
    var tls = TLSSettings(chain: pair.certificate, key: pair.key)
    change(&tls)
    return try await withListener(responder, { $0.tls = tls }) { listener in
        try await test(listener, scratch)
    }
}
