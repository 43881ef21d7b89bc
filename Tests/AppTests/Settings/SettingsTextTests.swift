import Foundation
import Testing

@testable import App

@Suite("Settings as text")
struct SettingsTextTests {
    /// `etc/annals.yaml` beside this package's manifest.
    private static let samplePath = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("etc/annals.yaml").path

    @Test("the sample file names every setting with its default, and says what it means")
    func sample() throws {
        let text = try String(contentsOfFile: Self.samplePath, encoding: .utf8)
        #expect(text == SettingsText.sample, "run `annals config sample > etc/annals.yaml`")
        for setting in Settings.all {
            #expect(text.contains("  \(setting.leaf): "))
            #expect(text.contains(setting.help))
        }
    }

    @Test("the sample file reads back as the defaults")
    func sampleIsDefault() throws {
        let settings = try Settings(from: SettingsSources(file: Self.samplePath))
        #expect(settings == (try Settings(from: SettingsSources())))
    }

    @Test("what is shown reads back as the same settings and names its sources")
    func effective() throws {
        let sources = SettingsSources(
            environment: ["ANNALS_EVENTS_TIME_TO_LIVE": "30d"],
            arguments: [
                "--cors.allowed_origins", "https://a.example,*", "--tls.certificate", "my file.pem",
                "--tls.key", "a: b",
            ])
        let text = SettingsText(try sources.values()).effective
        #expect(text.contains("time_to_live: 30d  # ANNALS_EVENTS_TIME_TO_LIVE"))
        let file = try TemporaryFile(text)
        let settings = try Settings(from: SettingsSources(file: file.path))
        #expect(settings == (try Settings(from: sources)))
        #expect(settings.tls.key == "a: b")
    }

    @Test(
        "durations have the forms operators write",
        arguments: [
            ("90", Duration.seconds(90)), ("500ms", .milliseconds(500)), ("30s", .seconds(30)),
            ("5m", .seconds(300)), ("2h", .seconds(7200)), ("30d", .seconds(2_592_000)),
        ])
    func durations(text: String, duration: Duration) {
        #expect(DurationText.duration(text) == duration)
        #expect(DurationText.duration(DurationText.text(duration)) == duration)
    }

    @Test(
        "other texts are no durations",
        arguments: ["", "s", "-1", "1.5s", "1 s", "1w", "1S", "99999999999999999999", "٣s"])
    func noDurations(text: String) {
        #expect(DurationText.duration(text) == nil)
    }

    @Test(
        "database URLs name a file",
        arguments: [
            ("sqlite:///var/lib/annals/annals.db", "/var/lib/annals/annals.db"),
            ("sqlite:////var/a.db", "/var/a.db"), ("sqlite:var/a.db", "var/a.db"),
            ("sqlite:/srv/a.db", "/srv/a.db"), ("sqlite:///a%20b/%C3%A4.db", "/a b/ä.db"),
        ])
    func urls(text: String, path: String) throws {
        #expect(try DatabaseURL(text) == .sqlite(path: path, .full))
        #expect(try DatabaseURL(text + "?synchronous=normal") == .sqlite(path: path, .normal))
    }

    @Test(
        "other URLs are refused",
        arguments: [
            "", "sqlite", "sqlite:", "sqlite://", "sqlite:///", "sqlite://host/a", "sqlite:a?x=1",
            "sqlite:a/", "sqlite:a?synchronous=off", "sqlite:a?", "sqlite:%zz", "sqlite:%4",
            "sqlite:a%00b", "SQLITE:a", "file:a",
        ])
    func noURLs(text: String) {
        #expect(throws: DatabaseURLError.self) { try DatabaseURL(text) }
    }
}
