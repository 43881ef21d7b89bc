import Testing

@testable import App

@Suite("Ends of a copy")
struct CopyEndpointTests {
    private func endpoint(
        _ url: String?, arguments: [String] = []
    ) throws(SettingsError) -> CopyEndpoint {
        try CopyEndpoint(
            CopyEndpoint.Description(option: "--from", url: url),
            settings: SettingsSources(arguments: arguments))
    }

    @Test("are stores by the URLs of the settings, and Panko's with panko+ before them")
    func kinds() throws {
        let store = try endpoint("sqlite:a.db")
        #expect(store.kind == .store)
        #expect(store.database.url == .sqlite(path: "a.db", .full))
        let panko = try endpoint("panko+sqlite:///var/lib/panko.db")
        #expect(panko.kind == .panko)
        #expect(panko.database.url == .sqlite(path: "/var/lib/panko.db", .full))
        #expect(panko.shownURL == "panko+sqlite:///var/lib/panko.db")
    }

    @Test(
        "Panko's own connection will do, with its Python driver and character set",
        arguments: [
            ("mysql+pymysql://u:p@h/panko?charset=utf8", "mysql://u:p@h/panko"),
            ("mysql+pymysql://u@h/panko?charset=utf8&tls=off", "mysql://u@h/panko?tls=off"),
            ("postgresql+psycopg2://u@h:5433/panko", "postgresql://u@h:5433/panko"),
            ("sqlite:////var/lib/panko/panko.sqlite", "sqlite:///var/lib/panko/panko.sqlite"),
        ])
    func connections(connection: String, url: String) throws {
        let panko = try endpoint("panko+" + connection)
        #expect(panko.kind == .panko)
        #expect(panko.database.url == (try DatabaseURL(url)))
    }

    @Test("without a URL it is the store of the settings")
    func settings() throws {
        let store = try endpoint(nil, arguments: ["--database.url", "sqlite:b.db"])
        #expect(store.database.url == .sqlite(path: "b.db", .full))
    }

    @Test(
        "a wrong one is named by its option", arguments: ["mongodb://x/y", "panko+", "panko+es:x"])
    func wrong(url: String) throws {
        let error = try #require(throws: SettingsError.self) { try endpoint(url) }
        #expect(error.problems.allSatisfy { $0.contains("--from") })
        #expect(!error.problems.isEmpty)
    }

    @Test(
        "a password in a URL is seen",
        arguments: [
            ("mysql://panko:secret@host/panko", true), ("mysql://panko@host/panko", false),
            ("mysql://panko:@host/panko", false), ("sqlite:///a:b@c", true), ("sqlite:a.db", false),
            ("panko+postgresql://u:p@ss@host/db", true), ("@://", false),
            ("postgresql://u@host/db?sslmode=require&password=x", true),
            ("postgresql://u@host/db?sslmode=require", false),
        ])
    func password(url: String, isShown: Bool) {
        #expect(CopyEndpoint.showsPassword(url) == isShown)
    }
}
