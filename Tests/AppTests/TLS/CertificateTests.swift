import Foundation
import Logging
import Observability
import OpenSSL
import Testing
import Values

@testable import App

@Suite("Certificates")
struct CertificateTests {
    private final class Directory {
        let path = NSTemporaryDirectory() + "annals-tls-\(UUID().uuidString)"

        init() throws {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true)
        }

        deinit {
            // A leftover in the temporary directory harms nobody.
            try? FileManager.default.removeItem(atPath: path)
        }

        /// Writes a pair and returns the settings that name it.
        func writePair(days: Int = 365) throws -> TLSSettings {
            let pair = try SelfSignedCertificate.make(days: days)
            try pair.certificate.write(
                toFile: path + "/c.pem", atomically: true, encoding: .utf8)
            try pair.key.reveal().write(toFile: path + "/k.pem", atomically: true, encoding: .utf8)
            return try Self.settings([
                "--tls.certificate", path + "/c.pem", "--tls.key", path + "/k.pem",
            ])
        }

        static func settings(_ arguments: [String]) throws -> TLSSettings {
            try Settings(from: SettingsSources(arguments: arguments)).tls
        }
    }

    private func loader(_ settings: TLSSettings) -> CertificateLoader {
        CertificateLoader(settings, address: "127.0.0.5")
    }

    @Test("a configured pair is read and checked")
    func files() throws {
        let directory = try Directory()
        let loaded = try loader(directory.writePair()).load()
        #expect(loaded.report.subject.contains("CN=localhost"))
        #expect(loaded.clientAuthorities == nil)
    }

    @Test("a key of another certificate, a broken file and one that is not there are named")
    func broken() throws {
        let directory = try Directory()
        let settings = try directory.writePair()
        let other = try SelfSignedCertificate.make()
        let key = directory.path + "/k.pem"
        try other.key.reveal().write(toFile: key, atomically: true, encoding: .utf8)
        #expect(message(settings).contains("k.pem does not belong to"))
        try "no key".write(toFile: key, atomically: true, encoding: .utf8)
        #expect(message(settings).contains("k.pem holds no readable PEM private key"))
        try FileManager.default.removeItem(atPath: key)
        #expect(message(settings) == "\(key) cannot be read.")
    }

    @Test("a self-signed pair is made for the address, and another one each time")
    func selfSigned() throws {
        let settings = try Directory.settings([])
        let first = try loader(settings).load()
        #expect(first.report.alternativeNames.contains("IP Address:127.0.0.5"))
        #expect(first.origin == .selfSigned(file: nil))
        #expect(try loader(settings).load().chain != first.chain)
    }

    @Test("a self-signed pair with a directory is kept until a week before its end")
    func kept() throws {
        let directory = try Directory()
        let settings = try Directory.settings(["--tls.self_signed_directory", directory.path])
        let first = try loader(settings).load()
        #expect(try loader(settings).load().chain == first.chain)
        let attributes = try FileManager.default.attributesOfItem(
            atPath: directory.path + "/key.pem")
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        let later = first.report.notAfter.advanced(byMicroseconds: -5 * 86_400_000_000)
        let renewing = CertificateLoader(settings, address: "127.0.0.1", now: { later })
        #expect(try renewing.load().chain != first.chain)
    }

    @Test("a swap that fails keeps the old pair and is told in the status")
    func reload() async throws {
        let directory = try Directory()
        let settings = try directory.writePair()
        let loader = loader(settings)
        let keeper = CertificateKeeper(
            loader, current: try loader.load(), logger: Logger(label: "test"))
        let before = await keeper.facts()
        try "broken".write(
            toFile: directory.path + "/c.pem", atomically: true, encoding: .utf8)
        await keeper.reload { _ in }
        let failed = await keeper.facts()
        #expect(Self.fact("serial", failed) == Self.fact("serial", before))
        guard case .text(let reason) = Self.fact("last_reload_failure", failed) else {
            Issue.record("the failure is not told")
            return
        }
        #expect(reason.contains("c.pem"))
        _ = try directory.writePair()
        await keeper.reload { _ in }
        let after = await keeper.facts()
        #expect(Self.fact("serial", after) != Self.fact("serial", before))
        #expect(Self.fact("last_reload_failure", after) == .missing)
    }

    private static func fact(_ name: String, _ facts: [Fact]) -> FactValue? {
        facts.first { $0.name == name }?.value
    }

    private func message(_ settings: TLSSettings) -> String {
        do throws(ServerCertificateError) {
            _ = try loader(settings).load()
            return ""
        } catch {
            return error.description
        }
    }
}
