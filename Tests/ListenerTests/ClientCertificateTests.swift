import HTTP
import Listener
import OpenSSL
import TestSupport
import Testing

@Suite("Client certificates")
struct ClientCertificateTests {
    private static let whoami = Answering { request in
        let names = request.peer.certificateNames.map { " \($0.kind)=\($0.value)" }
        return Response(
            type: "text/plain",
            text: (request.peer.certificateSubject ?? "nobody") + names.joined())
    }

    /// What a client shows, whether one is required, and what comes of it.
    struct Case: Sendable, CustomTestStringConvertible {
        let shown: String?
        let isRequired: Bool
        let status: String
        let text: String
        var testDescription: String { "\(shown ?? "none"), required: \(isRequired)" }
    }

    @Test(
        "name the client where they are good, and are refused in words where they are not",
        arguments: [
            Case(shown: "good", isRequired: true, status: "200", text: "CN=publisher,O=Example"),
            Case(shown: "good", isRequired: false, status: "200", text: "CN=publisher,O=Example"),
            Case(
                shown: "named", isRequired: false, status: "200",
                text: "CN=publisher,O=Example dns=a.example.org uri=spiffe://example.org/a "
                    + "email=a@example.org dns=b.example.org"),
            Case(
                shown: "nameless", isRequired: false, status: "200",
                text: " uri=spiffe://example.org/a"),
            Case(shown: nil, isRequired: false, status: "200", text: "nobody"),
            Case(
                shown: nil, isRequired: true, status: "403", text: "requires a client certificate"),
            Case(shown: "foreign", isRequired: true, status: "403", text: "is not accepted"),
            Case(shown: "foreign", isRequired: false, status: "403", text: "is not accepted"),
            Case(shown: "expired", isRequired: true, status: "403", text: "expired"),
            Case(shown: "server", isRequired: true, status: "403", text: "is not accepted"),
        ])
    func outcome(of example: Case) async throws {
        let isRequired = example.isRequired
        let authority = try await onThread { try Self.authority() }
        try await withSecureListener(
            Self.whoami,
            {
                $0.clientAuthority = authority.certificate
                $0.isClientCertificateRequired = isRequired
            }
        ) { listener, scratch in
            var arguments = ["-s", "--cacert", scratch.path("server.pem"), "-w", "%{http_code}"]
            if let shown = example.shown {
                arguments += [
                    "--cert", authority.scratch.path("\(shown).pem"), "--key",
                    authority.scratch.path("\(shown).key"),
                ]
            }
            arguments += ["-d", "abc", "https://localhost:\(listener.port)/x"]
            let answer = try await onThread { [arguments] in try run("curl", arguments) }
            #expect(answer.output.hasSuffix(example.status), "\(answer.output)")
            #expect(answer.output.contains(example.text), "\(answer.output)")
        }
    }

    private struct Authority: Sendable {
        let scratch: Scratch
        let certificate: String
    }

    /// An authority and the certificates it gave, made by the command line of OpenSSL.
    private static func authority() throws -> Authority {
        let scratch = try Scratch()
        let newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        func request(_ name: String, _ subject: String, _ rest: [String]) throws {
            let answer = try run(
                "openssl",
                ["req"] + newKey + [
                    "-keyout", "\(name).key", "-out", "\(name).pem", "-subj", subject,
                ]
                    + rest, in: scratch.url)
            #expect(answer.status == 0, "\(answer.output)")
        }
        func issue(
            _ name: String, usage: String = "clientAuth", days: String = "10",
            subject: String = "/O=Example/CN=publisher", names: String? = nil
        ) throws {
            try request(name, subject, [])
            let names = names.map { "subjectAltName=\($0)\n" } ?? ""
            try scratch.write("extendedKeyUsage=\(usage)\n\(names)", to: "\(name).cnf")
            let answer = try run(
                "openssl",
                [
                    "x509", "-req", "-in", "\(name).pem", "-out", "\(name).pem", "-CA", "ca.pem",
                    "-CAkey", "ca.key", "-CAcreateserial", "-days", days, "-extfile", "\(name).cnf",
                ], in: scratch.url)
            #expect(answer.status == 0, "\(answer.output)")
        }
        try request("ca", "/CN=authority", ["-x509", "-days", "10"])
        try request("foreign", "/O=Example/CN=publisher", ["-x509", "-days", "10"])
        try issue("good")
        try issue("server", usage: "serverAuth")
        try issue("expired", days: "-1")
        try issue(
            "named",
            names: "DNS:a.example.org,URI:spiffe://example.org/a,email:a@example.org,"
                + "IP:10.0.0.1,DNS:b.example.org")
        try issue("nameless", subject: "/", names: "URI:spiffe://example.org/a")
        return Authority(scratch: scratch, certificate: try scratch.read("ca.pem"))
    }
}
