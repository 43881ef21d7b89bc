package import EventStore
import Observability
import OpenSSL
import SQLiteStorage
import Spool
package import Values

/// The checks of `annals selftest`: the store's own, then those of its surroundings.
package struct SelfTest: Sendable {
    private let settings: Settings
    private let now: @Sendable () -> Timestamp

    package init(_ settings: Settings, now: @escaping @Sendable () -> Timestamp = { .now }) {
        self.settings = settings
        self.now = now
    }

    package func findings() async -> [CheckFinding] {
        await store() + [spool, clock, certificate]
    }

    private func store() async -> [CheckFinding] {
        if let options = settings.database.sqliteOptions {
            return await StoreCheck(options).run(writing: sample(id: "annals-selftest"))
        }
        do throws(SQLiteStoreError) {
            let store = try OpenedStore(settings.database, as: .beside)
            let sample = sample(id: "annals-selftest-" + RandomBytes.uuidText())
            let findings = await ServerCheck(store.storage).run(writing: sample)
            await store.close()
            return findings
        } catch {
            return [CheckFinding(name: "database", isGood: false, detail: "\(error)")]
        }
    }

    private var spool: CheckFinding {
        let name = "spool"
        guard let path = settings.ingest.spool.path else {
            return CheckFinding(
                name: name, isGood: true, detail: "none: 503 while the store is away")
        }
        do throws(SpoolError) {
            let duration = try SpoolProbe.measureSync(in: path)
            return CheckFinding(name: name, isGood: true, detail: "\(path): a sync in \(duration)")
        } catch {
            return CheckFinding(name: name, isGood: false, detail: error.description)
        }
    }

    /// Days that must be left of a certificate: an operator needs some to get another.
    private static let fewestDays = 7

    private var certificate: CheckFinding {
        let name = "certificate"
        guard settings.tls.isEnabled else {
            return CheckFinding(name: name, isGood: true, detail: "none: plain HTTP")
        }
        guard settings.tls.certificate != nil else {
            return CheckFinding(name: name, isGood: true, detail: "self-signed, made at start")
        }
        do throws(ServerCertificateError) {
            let loader = CertificateLoader(settings.tls, address: settings.listen.address)
            let report = try loader.load().report
            let days = report.daysLeft(at: now())
            return CheckFinding(
                name: name, isGood: days >= Self.fewestDays,
                detail: "\(days) days left of \(report.subject)")
        } catch {
            return CheckFinding(name: name, isGood: false, detail: error.description)
        }
    }

    /// No build of ours is older than this; a clock before it has not been set.
    private static let firstBuild = Timestamp("2026-11-21T00:00:00") ?? .earliest

    private var clock: CheckFinding {
        let time = now()
        return CheckFinding(
            name: "clock", isGood: time >= Self.firstBuild && time.date.year < 2100,
            detail: "\(time)Z")
    }

    /// One event with a trait of each type, numbers at their limits and text beyond ASCII.
    private func sample(id: String) -> IncomingEvent {
        let event = Event(
            messageID: id, eventType: "annals.selftest", generated: now(),
            traits: [
                Trait("text", .text("ä/€/😀")), Trait("integer", .integer(.max)),
                Trait("float", .float(0.1)), Trait("datetime", .datetime(.latest)),
                Trait("null", .null(.text)),
            ],
            raw: JSONText(canonical: #"{"n":18446744073709551616}"#))
        return IncomingEvent(event: event, digest: Array(repeating: 0, count: 32))
    }
}
