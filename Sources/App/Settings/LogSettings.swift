package import Logging
package import Observability

/// What is logged, and in which form.
package struct LogSettings: Sendable, Equatable {
    package var level: Logger.Level
    package var format: LogFormat

    init(_ values: SettingValues) throws(SettingsError) {
        level = try values(Self.level)
        format = try values(Self.format)
    }
}

extension LogSettings {
    static let level = Setting(
        "log.level", SettingKind<Logger.Level>.choice, default: "info",
        help: "The least severe lines that are written. debug has a line for each request.")
    static let format = Setting(
        "log.format", SettingKind<LogFormat>.choice, default: "text",
        help: "text for people, json for machines: one object a line. Both go to stderr.")

    static let settings: [any SettingDescription] = [level, format]
}
