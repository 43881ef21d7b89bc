/// Where events are kept.
package struct DatabaseSettings: Sendable, Equatable {
    package var url: DatabaseURL
    package var allowUnsafe: Bool
    package var queryTimeout: Duration

    init(_ values: SettingValues) throws(SettingsError) {
        url = try values(Self.url)
        allowUnsafe = try values(Self.allowUnsafe)
        queryTimeout = try values(Self.queryTimeout)
    }
}

extension DatabaseSettings {
    static let url = Setting(
        "database.url", .databaseURL, default: "sqlite:///var/lib/annals/annals.db",
        help: "The store. Three slashes begin an absolute path, none a relative one.")
    static let allowUnsafe = Setting(
        "database.allow_unsafe", .flag, default: "false",
        help: "Start although the engine's settings can lose acknowledged events in a power loss.")
    static let queryTimeout = Setting(
        "database.query_timeout", .duration(.milliseconds(100)...Duration.seconds(3600)),
        default: "30s",
        help: "A query that runs for longer is stopped and answered with an error.")

    static let settings: [any SettingDescription] = [url, allowUnsafe, queryTimeout]
}
