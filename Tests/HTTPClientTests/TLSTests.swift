import HTTP
import HTTPClient
import Listener
import OpenSSL
import TestSupport
import Testing
import Values

@Suite("TLS")
struct TLSTests {
    /// Whom the client trusts, and by which name it asks for the server.
    struct Case: Sendable, CustomTestStringConvertible {
        let trusts: Trust
        var host = "127.0.0.1"
        let label: String
        var testDescription: String { "\(trusts), \(host)" }
    }

    enum Trust: Sendable {
        case server
        case another
        case missingFile
        case system
        case anybody
    }

    @Test(
        "begins with a server that is trusted under its name, and with no other",
        arguments: [
            Case(trusts: .server, label: "200"),
            Case(trusts: .server, host: "localhost", label: "200"),
            Case(trusts: .server, host: "0.0.0.0", label: "tls"),
            Case(trusts: .another, label: "tls"),
            Case(trusts: .missingFile, label: "tls"),
            Case(trusts: .system, label: "tls"),
            Case(trusts: .anybody, label: "200"),
        ])
    func trust(example: Case) async throws {
        let pair = try serverPair.get()
        let scratch = try Scratch()
        try scratch.write(pair.certificate, to: "server.pem")
        try scratch.write(try SelfSignedCertificate.make().certificate, to: "another.pem")
        var settings = HTTPClientSettings()
        switch example.trusts {
        case .server: settings.authorities = scratch.path("server.pem")
        case .another: settings.authorities = scratch.path("another.pem")
        case .missingFile: settings.authorities = scratch.path("missing.pem")
        case .system: break
        case .anybody: settings.verifies = false
        }
        let client = try HTTPClient(settings)
        let tls = TLSSettings(chain: pair.certificate, key: pair.key)
        try await withServer(tls: tls) { server in
            let url = server.url(scheme: "https", host: example.host)
            #expect(await outcome(of: OutgoingRequest(url: url), by: client).label == example.label)
        }
    }

    @Test("shows a client certificate", arguments: [true, false])
    func clientCertificate(isKeyApart: Bool) async throws {
        let scratch = try Scratch()
        try makeClientPair(in: scratch)
        let pair = try serverPair.get()
        try scratch.write(pair.certificate, to: "server.pem")
        let tls = TLSSettings(
            chain: pair.certificate, key: pair.key,
            clientAuthority: try scratch.read("client.pem"), isClientCertificateRequired: true)
        let whoami = Answering { request in
            Response(type: "text/plain", text: request.peer.certificateSubject ?? "nobody")
        }
        var settings = HTTPClientSettings(authorities: scratch.path("server.pem"))
        if isKeyApart {
            settings.certificate = scratch.path("client.pem")
            settings.key = scratch.path("client.key")
        } else {
            let both = try scratch.read("client.pem") + scratch.read("client.key")
            try scratch.write(both, to: "both.pem")
            settings.certificate = scratch.path("both.pem")
        }
        let client = try HTTPClient(settings)
        try await withServer(whoami, tls: tls) { server in
            let response = try await client.send(
                OutgoingRequest(url: server.url(scheme: "https")))
            #expect(String(decoding: response.body, as: UTF8.self) == "CN=publisher,O=Example")
        }
    }

    @Test("says which file of a client certificate cannot be used")
    func badClientCertificate() async throws {
        let scratch = try Scratch()
        try scratch.write("no certificate", to: "client.pem")
        let client = try HTTPClient(
            HTTPClientSettings(certificate: scratch.path("client.pem"), verifies: false))
        let pair = try serverPair.get()
        let tls = TLSSettings(chain: pair.certificate, key: pair.key)
        try await withServer(tls: tls) { server in
            let url = server.url(scheme: "https")
            let outcome = await outcome(of: OutgoingRequest(url: url), by: client)
            #expect(outcome.label == "tls")
            #expect("\(outcome)".contains("client.pem"))
        }
    }

    @Test("is not taken for a server that speaks plain HTTP")
    func plainServer() async throws {
        try await withServer { server in
            let url = server.url(scheme: "https")
            let label = await outcome(of: OutgoingRequest(url: url), by: try HTTPClient()).label
            // It answers in plain words and hangs up: which of the two comes first is chance.
            #expect(["tls", "cannot_connect"].contains(label))
        }
    }

    private func makeClientPair(in scratch: Scratch) throws {
        let answer = try run(
            "openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-keyout", "client.key", "-out", "client.pem", "-subj", "/O=Example/CN=publisher",
                "-days", "10", "-addext", "extendedKeyUsage=clientAuth",
            ], in: scratch.url)
        #expect(answer.status == 0, "\(answer.output)")
    }
}
