import Logging
import Testing

@testable import App

@Suite("Settings")
struct SettingsTests {
    @Test("have their defaults where nothing is said")
    func defaults() throws {
        let settings = try Settings(from: SettingsSources())
        #expect(settings.listen.address == "127.0.0.1")
        #expect(settings.listen.port == 8977)
        #expect(settings.listen.threads == nil)
        #expect(settings.tls.isEnabled)
        #expect(settings.tls.certificate == nil)
        #expect(settings.database.url == .sqlite(path: "/var/lib/annals/annals.db", .full))
        #expect(settings.auth.strategies == [.none])
        #expect(settings.api.defaultLimit == 100)
        #expect(settings.retention.maximumAge == nil)
        #expect(settings.cors.allowedOrigins.isEmpty)
        #expect(settings.log.level == .info)
    }

    @Test("every key is unique, every default is allowed and every setting has a sentence")
    func table() {
        #expect(Set(Settings.all.map(\.key)).count == Settings.all.count)
        #expect(Set(Settings.all.map(\.environmentName)).count == Settings.all.count)
        for setting in Settings.all {
            #expect(setting.accepts(setting.defaultText), "\(setting.key)")
            #expect(setting.help.hasSuffix("."), "\(setting.key)")
        }
    }

    @Test("the later source wins: file, environment, command line")
    func precedence() throws {
        let file = try TemporaryFile(
            "listen:\n  port: 1\n  address: 127.0.0.2\nlog: {level: debug}")
        let sources = SettingsSources(
            file: file.path,
            environment: ["ANNALS_LISTEN_PORT": "2", "ANNALS_LISTEN_ADDRESS": "127.0.0.3"],
            arguments: ["--listen.port", "3"])
        let settings = try Settings(from: sources)
        #expect(settings.listen.port == 3)
        #expect(settings.listen.address == "127.0.0.3")
        #expect(settings.log.level == .debug)
        let values = try sources.values()
        #expect(values.place(ListenSettings.port) == .commandLine)
        #expect(values.place(ListenSettings.address) == .environment)
        #expect(values.place(LogSettings.level) == .file(file.path))
        #expect(values.place(LogSettings.format) == .defaults)
    }

    @Test("an empty text means that the source says nothing")
    func empty() throws {
        let file = try TemporaryFile("listen:\n  port: 7\ntls:\n  certificate: ~\nlog:\n")
        let settings = try Settings(
            from: SettingsSources(file: file.path, environment: ["ANNALS_LISTEN_PORT": ""]))
        #expect(settings.listen.port == 7)
        #expect(settings.tls.certificate == nil)
    }

    @Test(
        "the command line takes a value behind a space or an equals sign, and a flag without one",
        arguments: [
            ["--tls.enabled", "false", "--auth.allow_insecure"],
            ["--tls.enabled=false", "--auth.allow_insecure=true"],
            ["--auth.allow_insecure", "--tls.enabled", "no"],
        ])
    func arguments(words: [String]) throws {
        let settings = try Settings(from: SettingsSources(arguments: words))
        #expect(!settings.tls.isEnabled)
        #expect(settings.auth.allowInsecure)
    }

    @Test(
        "a list is a YAML list or texts with commas",
        arguments: [
            SettingsSources(environment: ["ANNALS_CORS_ALLOWED_ORIGINS": "https://a, https://b"]),
            SettingsSources(arguments: ["--cors.allowed_origins", "https://a,https://b"]),
        ])
    func list(sources: SettingsSources) throws {
        let origins = try Settings(from: sources).cors.allowedOrigins
        #expect(origins == ["https://a", "https://b"])
    }

    @Test("a YAML list becomes a list, and an empty one is empty")
    func yamlList() throws {
        let file = try TemporaryFile("cors:\n  allowed_origins: [\"https://a\", \"https://b\"]\n")
        let settings = try Settings(from: SettingsSources(file: file.path))
        #expect(settings.cors.allowedOrigins == ["https://a", "https://b"])
        let empty = try TemporaryFile("cors:\n  allowed_origins: []\n")
        #expect(try Settings(from: SettingsSources(file: empty.path)).cors.allowedOrigins.isEmpty)
    }

    @Test("a text keeps its commas, also on the command line")
    func commas() throws {
        let arguments = ["--database.url", "sqlite:///srv/a,b.db"]
        let settings = try Settings(from: SettingsSources(arguments: arguments))
        #expect(settings.database.url == .sqlite(path: "/srv/a,b.db", .full))
    }

    @Test("a file of comments sets nothing", arguments: ["", "# only a comment\n", "\n\n"])
    func comments(text: String) throws {
        let file = try TemporaryFile(text)
        let settings = try Settings(from: SettingsSources(file: file.path))
        #expect(settings == (try Settings(from: SettingsSources())))
    }
}
