import OpenSSL
import TestSupport
import Testing
import Values

@Suite("Certificates")
struct CertificateTests {
    @Test("a self-signed certificate is trusted by itself, for each of its names")
    func trusted() throws {
        let made = try SelfSignedCertificate.make(
            hosts: ["annals.example.org"], addresses: ["192.0.2.7"], days: 30)
        let scratch = try Scratch()
        try scratch.write(made.certificate, to: "pair.pem")
        let checks = [
            ["-verify_hostname", "localhost"], ["-verify_hostname", "annals.example.org"],
            ["-verify_ip", "127.0.0.1"], ["-verify_ip", "::1"], ["-verify_ip", "192.0.2.7"],
        ]
        for check in checks {
            let answer = try scratch.openssl(
                "verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", "pair.pem",
                check[0], check[1], "pair.pem")
            #expect(answer.status == 0, "\(check): \(answer.output)")
        }
        let foreign = try scratch.openssl(
            "verify", "-CAfile", "pair.pem", "-verify_hostname", "example.com", "pair.pem")
        #expect(foreign.status != 0)
    }

    @Test("the report tells what the certificate says")
    func report() throws {
        let made = try SelfSignedCertificate.make(hosts: ["annals.example.org"], days: 30)
        let report = try #require(
            try CertificateReport.chain(pem: made.certificate, source: "cert.pem").first)
        #expect(report.subject == "CN=annals.example.org,O=Annals\\, self-signed")
        #expect(report.issuer == report.subject)
        #expect(report.serial.count == 32)
        #expect(
            report.alternativeNames == [
                "DNS:localhost", "DNS:annals.example.org", "IP Address:127.0.0.1",
                "IP Address:0:0:0:0:0:0:0:1",
            ])
        let validity = report.notAfter.microseconds - report.notBefore.microseconds
        #expect(validity / 1_000_000 == 30 * 86_400 + 3600)
    }

    @Test("a certificate of another tool reads the same, chain in order")
    func foreignChain() throws {
        let scratch = try Scratch()
        for name in ["one", "two"] {
            let answer = try scratch.openssl(
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-keyout", "\(name).key", "-out", "\(name).pem", "-days", "10",
                "-subj", "/O=Zürich/CN=\(name)", "-utf8", "-set_serial", "0x1F", "-addext",
                "subjectAltName=DNS:\(name).example.org")
            #expect(answer.status == 0, "\(answer.output)")
        }
        let pem = try scratch.read("one.pem") + scratch.read("two.pem")
        let reports = try CertificateReport.chain(pem: pem, source: "chain.pem")
        #expect(reports.map(\.subject) == ["CN=one,O=Zürich", "CN=two,O=Zürich"])
        #expect(reports.map(\.serial) == ["1F", "1F"])
        #expect(reports[1].alternativeNames == ["DNS:two.example.org"])
    }

    @Test(
        "days left are whole days, rounded down",
        arguments: [(0, 0), (1, -1), (-1, 0), (-86_399, 0), (-86_400, 1), (86_401, -2)])
    func daysLeft(secondsAfterExpiry: Int64, expected: Int) throws {
        let made = try SelfSignedCertificate.make(days: 5)
        let report = try #require(
            try CertificateReport.chain(pem: made.certificate, source: "x").first)
        let now = report.notAfter.advanced(byMicroseconds: secondsAfterExpiry * 1_000_000)
        #expect(report.daysLeft(at: now) == expected)
    }

    @Test("a key that belongs to the certificate passes, another one does not")
    func keys() throws {
        let first = try SelfSignedCertificate.make()
        let second = try SelfSignedCertificate.make()
        try CertificateReport.check(
            key: first.key, keySource: "a.key", belongsTo: first.certificate, chainSource: "a.pem")
        #expect(throws: CertificateError.mismatch(certificate: "a.pem", key: "b.key")) {
            try CertificateReport.check(
                key: second.key, keySource: "b.key", belongsTo: first.certificate,
                chainSource: "a.pem")
        }
    }

    @Test("an encrypted key is refused without asking for its pass phrase")
    func encryptedKey() throws {
        let scratch = try Scratch()
        _ = try scratch.openssl(
            "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-aes256",
            "-pass", "pass:secret", "-out", "locked.key")
        let made = try SelfSignedCertificate.make()
        let key = Secret(try scratch.read("locked.key"))
        let error = #expect(throws: CertificateError.self) {
            try CertificateReport.check(
                key: key, keySource: "locked.key",
                belongsTo: made.certificate, chainSource: "a.pem")
        }
        #expect(error?.message.hasPrefix("locked.key holds no readable PEM private key") == true)
    }

    @Test("what is not a certificate is refused, by name", arguments: ["", "hello\n"])
    func nothing(text: String) {
        #expect(throws: CertificateError.noCertificate(source: "cert.pem")) {
            try CertificateReport.chain(pem: text, source: "cert.pem")
        }
    }

    @Test("a damaged block is refused with its position")
    func damaged() throws {
        let made = try SelfSignedCertificate.make()
        let bad = "-----BEGIN CERTIFICATE-----\nMIIBAAA\n-----END CERTIFICATE-----\n"
        let error = #expect(throws: CertificateError.self) {
            try CertificateReport.chain(pem: made.certificate + bad, source: "chain.pem")
        }
        #expect(error?.message.hasPrefix("Certificate 2 in chain.pem cannot be read: ") == true)
    }

    @Test(
        "a name cannot bring in others", arguments: ["a,DNS:b", "a b", "", "ä", "host:1", "x\n"])
    func badHost(name: String) {
        #expect(throws: CertificateError.badName(name)) {
            try SelfSignedCertificate.make(hosts: [name])
        }
    }

    @Test("an address is numeric", arguments: ["localhost", "1.2.3", "1.2.3.4,DNS:b", ""])
    func badAddress(address: String) {
        #expect(throws: CertificateError.badName(address)) {
            try SelfSignedCertificate.make(addresses: [address])
        }
    }
}
