import HTTP
import Identity
import Logging
import TestSupport
import Testing

@Suite("Client certificates with a name in the file")
struct CertificateAuthenticationTests {
    private static let file = """
        - subject: "CN=publisher,O=Example"
          roles: [service]
          user_id: u-1
        - dns: Agent.example.org
          roles: [agent]
        - uri: spiffe://example.org/reader
          email: reader@example.org
          roles: [reader]
          project_id: p
        - subject: "CN=auditor"
          dns: audit.example.org
          roles: [admin]
          system_scope: all
        - subject: "CN=auditor"
          roles: [member]
        """

    struct Case: Sendable, CustomTestStringConvertible {
        let subject: String?
        let names: [CertificateName]
        let roles: [String]?

        init(_ subject: String?, _ names: [CertificateName], _ roles: [String]?) {
            self.subject = subject
            self.names = names
            self.roles = roles
        }

        init(_ subject: String?, _ roles: [String]?) {
            self.init(subject, [], roles)
        }

        var testDescription: String { "\(subject ?? "none") \(names.map(\.value))" }
    }

    @Test(
        "stand for whom the first entry says that fits whole, exactly",
        arguments: [
            Case("CN=publisher,O=Example", ["service"]),
            Case("CN=publisher,O=Example", [CertificateName(.dns, "x")], ["service"]),
            Case("CN=publisher", nil), Case("CN=Publisher,O=Example", nil),
            Case("CN=publisher,O=Example,C=DE", nil), Case("", nil), Case(nil, nil),
            Case(
                "CN=x", [CertificateName(.dns, "x"), CertificateName(.dns, "AGENT.example.org")],
                ["agent"]),
            Case("CN=x", [CertificateName(.dns, "a.agent.example.org")], nil),
            Case("CN=x", [CertificateName(.uri, "agent.example.org")], nil),
            Case("CN=agent.example.org", nil),
            Case("", [CertificateName(.uri, "spiffe://example.org/reader")], nil),
            Case("", [CertificateName(.email, "reader@example.org")], nil),
            Case(
                "",
                [
                    CertificateName(.email, "reader@example.org"),
                    CertificateName(.uri, "spiffe://example.org/reader"),
                ], ["reader"]),
            Case("CN=auditor", [CertificateName(.dns, "audit.example.org")], ["admin"]),
            Case("CN=auditor", [CertificateName(.dns, "other.example.org")], ["member"]),
            Case(nil, [CertificateName(.dns, "agent.example.org")], nil),
        ])
    func identity(example: Case) async throws {
        let strategy = try strategy(Self.file).strategy
        let request = Request(
            method: "GET", path: "/",
            peer: Peer(
                isSecure: true, certificateSubject: example.subject,
                certificateNames: example.names))
        #expect(try await strategy.authenticate(request)?.roles == example.roles)
    }

    @Test("without an entry are told their own name, and leave other strategies their turn")
    func unknown() async throws {
        let strategy = try strategy(Self.file).strategy
        let request = Request(
            method: "GET", path: "/", headers: ["X-Roles": "admin"],
            peer: Peer(isSecure: true, certificateSubject: "CN=stranger"))
        let rejection = IdentityError.Rejection(
            style: .plain, message: "The client certificate \"CN=stranger\" is not known here.",
            challenges: ["Certificate realm=\"annals\""], reason: "unknown_certificate")
        await #expect(throws: IdentityError.unauthenticated(rejection)) {
            try await Authenticator([strategy]).identity(of: request)
        }
        let identity = try await Authenticator([strategy, TrustedHeaders()]).identity(of: request)
        #expect(identity.hasRole("admin"))
    }

    @Test(
        "a file that is wrong names the line and what is expected",
        arguments: [
            ("a: b", "line 1: a list of entries is expected"),
            ("- roles: [admin]", "line 1: one of subject, dns, uri, email must say which"),
            ("- subject: a\n- subject: a", "line 2: the entry in line 1 names the same"),
            ("- dns: A\n- dns: a", "line 2: the entry in line 1 names the same"),
            ("- subject: a\n  role: b", "line 2: role is no key of an entry"),
            ("- subject: [a]", "line 1: subject must be a text"),
            ("- x", "line 1: keys with their values"),
        ])
    func wrong(text: String, problem: String) {
        #expect {
            _ = try strategy(text)
        } throws: {
            "\($0)".contains(problem)
        }
    }

    private func strategy(
        _ text: String
    ) throws -> (strategy: CertificateAuthentication, scratch: Scratch) {
        let scratch = try Scratch()
        try scratch.write(text, to: "certificates.yaml")
        let files = try WatchedFiles(
            [scratch.path("certificates.yaml")], strategy: "certificate",
            logger: Logger(label: "test")
        ) { (files) throws(CredentialFileError) in try CertificateUsers(files) }
        return (CertificateAuthentication(files: files), scratch)
    }
}
