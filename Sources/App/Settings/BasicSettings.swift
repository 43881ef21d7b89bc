/// The strategy `basic`: where users and their passwords stand.
package struct BasicSettings: Sendable, Equatable {
    package var passwordFile: String?
    package var userFile: String?
    package var cacheLifetime: Duration
    package var failuresPerMinute: Int

    init(_ values: SettingValues) throws(SettingsError) {
        passwordFile = try values(Self.passwordFile)
        userFile = try values(Self.userFile)
        cacheLifetime = try values(Self.cacheLifetime)
        failuresPerMinute = try values(Self.failuresPerMinute)
    }

    /// What does not fit together.
    func contradictions(_ auth: AuthSettings) -> [String] {
        guard auth.strategies.contains(.basic), passwordFile == nil || userFile == nil else {
            return []
        }
        return ["auth.strategies has basic, which needs basic.password_file and basic.user_file."]
    }
}

extension BasicSettings {
    static let passwordFile = Setting(
        "basic.password_file", SettingKind.path.orNone(""), default: "",
        help: "File of users and passwords as htpasswd -B writes it. Read again when it changes.")
    static let userFile = Setting(
        "basic.user_file", SettingKind.path.orNone(""), default: "",
        help: "YAML file with the roles, project and user id of each user; see docs/identity.md.")
    static let cacheLifetime = Setting(
        "basic.cache_lifetime", .duration(.seconds(1)...(.seconds(86_400))), default: "5m",
        help: "How long a password that was right and is not used is remembered.")
    static let failuresPerMinute = Setting(
        "basic.failures_per_minute", .integer(1...1_000_000), default: "20",
        help: "Most wrong passwords a minute from one address for one user; five times as many for "
            + "all users together. Beyond: 429.")

    static let settings: [any SettingDescription] = [
        passwordFile, userFile, cacheLifetime, failuresPerMinute,
    ]
}
