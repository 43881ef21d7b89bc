import Identity
import Testing
import Values

@testable import App

@Suite("Settings of Keystone")
struct KeystoneSettingsTests {
    private static let account = [
        "keystone.auth_url": "https://keystone:5000/", "keystone.username": "annals",
        "keystone.password": "geheim", "keystone.project_name": "service",
    ]

    private func settings(
        _ values: [String: String], without missing: String? = nil
    ) throws -> Settings {
        var all = Self.account.merging(values) { $1 }
        if let missing { all["keystone.\(missing)"] = nil }
        all["auth.strategies"] = "keystone"
        return try Settings(
            from: SettingsSources(
                environment: Dictionary(
                    uniqueKeysWithValues: all.map { key, value in
                        ("ANNALS_" + key.uppercased().replacing(".", with: "_"), value)
                    })))
    }

    @Test("a user with a password and a project is all that is needed")
    func least() throws {
        let options = try #require(try settings([:]).keystone.options)
        #expect(options.authURL.text == "https://keystone:5000/v3")
        #expect(options.publicURL == "https://keystone:5000/v3")
        #expect(options.interface == .internal)
        #expect(options.cache.lifetime == .seconds(300))
        #expect(options.tokens.serviceRoles == ["service"])
        #expect(
            options.credentials
                == .password(
                    .name("annals", in: .id("default")), Secret("geheim"),
                    project: .name("service", in: .id("default"))))
    }

    @Test(
        "credentials are those that are set",
        arguments: [
            (
                [
                    "keystone.user_domain_name": "Users",
                    "keystone.project_domain_id": "abc", "keystone.auth_type": "v3password",
                ],
                KeystoneCredentials.password(
                    .name("annals", in: .name("Users")), Secret("geheim"),
                    project: .name("service", in: .id("abc")))
            ),
            (
                [
                    "keystone.application_credential_id": "x",
                    "keystone.application_credential_secret": "y",
                    "keystone.auth_type": "v3applicationcredential",
                ],
                .applicationCredential(id: "x", secret: Secret("y"))
            ),
            (
                [
                    "keystone.application_credential_name": "x",
                    "keystone.application_credential_secret": "y",
                    "keystone.auth_type": "v3applicationcredential",
                ],
                .namedApplicationCredential(
                    "x", of: .name("annals", in: .id("default")), secret: Secret("y"))
            ),
        ])
    func credentials(values: [String: String], credentials: KeystoneCredentials) throws {
        #expect(try settings(values).keystone.options?.credentials == credentials)
    }

    @Test(
        "what is missing is named",
        arguments: ["auth_url", "username", "password", "project_name"])
    func missing(name: String) throws {
        let error = try #require(throws: SettingsError.self) {
            try settings([:], without: name)
        }
        #expect(error.problems.count == 1)
        #expect(error.problems.first?.contains("keystone.\(name)") == true)
    }

    @Test(
        "what does not fit together is named",
        arguments: [
            (["keystone.user_domain_id": "a", "keystone.user_domain_name": "b"], "user_domain_id"),
            (["keystone.project_id": "a"], "project_id"),
            (["keystone.password_file": "/nowhere"], "password_file"),
            (["keystone.keyfile": "k.pem"], "certfile"),
            (["keystone.insecure": "true", "keystone.cafile": "ca.pem"], "insecure"),
            (["keystone.application_credential_id": "x"], "application_credential_secret"),
            (["keystone.application_credential_secret": "x"], "auth_type"),
            (["keystone.auth_url": "keystone:5000"], "auth_url"),
            (["keystone.www_authenticate_uri": "a\"b"], "www_authenticate_uri"),
            (["keystone.interface": "internalURL"], "interface"),
            (["keystone.service_token_roles": ","], "service_token_roles"),
        ])
    func contradictions(values: [String: String], name: String) throws {
        let error = try #require(throws: SettingsError.self) { try settings(values) }
        #expect(error.problems.contains { $0.contains("keystone.\(name)") })
        #expect(!error.problems.contains { $0.contains("geheim") })
    }

    @Test("secrets come from files as well, and are shown as stars")
    func secrets() throws {
        let file = try TemporaryFile("from the file\nsecond line\n")
        let settings = try settings(["keystone.password_file": file.path], without: "password")
        #expect(settings.keystone.account.password == Secret("from the file"))
        #expect(KeystoneAccount.password.shown("geheim") == "********")
        #expect(KeystoneAccount.credentialSecret.shown("geheim") == "********")
    }

    @Test("without the strategy nothing of it is needed")
    func unused() throws {
        #expect(try Settings(from: SettingsSources()).keystone.options == nil)
    }

    @Test("a cache time of -1 asks each time, as in keystonemiddleware")
    func noCache() throws {
        let settings = try settings(["keystone.token_cache_time": "-1"])
        #expect(settings.keystone.options?.cache.lifetime == .zero)
    }

    @Test("none may not stand beside it")
    func besideNone() {
        #expect(throws: SettingsError.self) {
            try Settings(
                from: SettingsSources(arguments: ["--auth.strategies", "keystone,none"]))
        }
    }
}
