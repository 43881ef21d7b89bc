import Foundation
import HTTP
import Listener
import OpenSSL

/// A directory of its own for one test, removed with it.
final class Scratch: Sendable {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "annals-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        // A leftover in the temporary directory harms nobody.
        try? FileManager.default.removeItem(at: url)
    }

    func path(_ name: String) -> String { url.appending(path: name).path }

    func write(_ text: String, to name: String) throws {
        try text.write(to: url.appending(path: name), atomically: true, encoding: .utf8)
    }

    func read(_ name: String) throws -> String {
        try String(contentsOf: url.appending(path: name), encoding: .utf8)
    }
}

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
