import EventStore
import Foundation
import Observability
import OpenSSL
import SQLiteStorage
import Testing
import Values

@testable import App

@Suite("Self-test")
struct SelfTestTests {
    private let database = NSTemporaryDirectory() + "annals-selftest-\(UUID().uuidString).db"

    private func findings(
        _ arguments: [String] = [], now: Timestamp = .now
    ) async throws -> [String: CheckFinding] {
        let settings = try Settings(
            from: SettingsSources(arguments: ["--database.url", "sqlite:\(database)"] + arguments))
        let findings = await SelfTest(settings, now: { now }).findings()
        return Dictionary(findings.map { ($0.name, $0) }) { first, _ in first }
    }

    @Test("all is well on a new store, and nothing is left beside it")
    func well() async throws {
        let options = SQLiteStoreOptions(path: database)
        _ = try SQLiteStore.upgrade(options)
        let findings = try await findings()
        for finding in findings.values { #expect(finding.isGood, "\(finding)") }
        #expect(findings["synchronous"]?.detail == "FULL")
        #expect(findings["journal_mode"]?.detail == "wal")
        let name = try #require(URL(string: database)?.lastPathComponent)
        let left = try FileManager.default.contentsOfDirectory(atPath: NSTemporaryDirectory())
            .filter { $0.hasPrefix(name) && !$0.hasSuffix("-wal") && !$0.hasSuffix("-shm") }
        #expect(left == [name])
        try FileManager.default.removeItem(atPath: database)
    }

    @Test("a store that is not there, a clock that was never set and a broken pair are found")
    func broken() async throws {
        let found = try await findings(
            [
                "--tls.certificate", "/nowhere/c.pem", "--tls.key", "/nowhere/k.pem",
                "--ingest.spool.path", "/nowhere/spool",
            ],
            now: try #require(Timestamp("1970-01-02T00:00:00")))
        #expect(found["database"]?.isGood == false)
        #expect(found["clock"]?.isGood == false)
        #expect(found["spool"]?.isGood == false)
        #expect(found["spool"]?.detail.contains("/nowhere/spool") == true)
        #expect(found["certificate"]?.detail == "/nowhere/c.pem cannot be read.")
    }

    @Test("a certificate that ends within a week fails", arguments: [(3, false), (30, true)])
    func certificate(days: Int, isGood: Bool) async throws {
        let pair = try SelfSignedCertificate.make(days: days)
        let certificate = try TemporaryFile(pair.certificate)
        let key = try TemporaryFile(pair.key.reveal())
        let found = try await findings([
            "--tls.certificate", certificate.path, "--tls.key", key.path,
        ])
        #expect(found["certificate"]?.isGood == isGood)
    }
}
