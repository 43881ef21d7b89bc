/// How the service answers who asks whether it is well.
package struct HealthSettings: Sendable, Equatable {
    package var disableFile: String?

    init(_ values: SettingValues) throws(SettingsError) {
        disableFile = try values(Self.disableFile)
    }
}

extension HealthSettings {
    static let disableFile = Setting(
        "health.disable_file", SettingKind.path.orNone(""), default: "",
        help: "While this file exists, /healthcheck says 503, so that a balancer looks elsewhere.")

    static let settings: [any SettingDescription] = [disableFile]
}
