/// Which web pages may call the API from a browser.
package struct CORSSettings: Sendable, Equatable {
    package var allowedOrigins: [String]

    init(_ values: SettingValues) throws(SettingsError) {
        allowedOrigins = try values(Self.allowedOrigins)
    }
}

extension CORSSettings {
    static let allowedOrigins = Setting(
        "cors.allowed_origins", SettingKind<[String]>.list, default: "",
        help: "Origins such as https://panel.example.org, or * for every one. Empty: none.")

    static let settings: [any SettingDescription] = [allowedOrigins]
}
