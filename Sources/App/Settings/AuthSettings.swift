/// How callers are told apart.
package struct AuthSettings: Sendable, Equatable {
    package var strategy: AuthStrategy
    package var allowInsecure: Bool

    init(_ values: SettingValues) throws(SettingsError) {
        strategy = try values(Self.strategy)
        allowInsecure = try values(Self.allowInsecure)
    }
}

package enum AuthStrategy: String, Sendable, CaseIterable {
    /// Believes the headers `X-Roles`, `X-User-Id` and `X-Project-Id`.
    case none
}

extension AuthSettings {
    static let strategy = Setting(
        "auth.strategy", SettingKind<AuthStrategy>.choice, default: "none",
        help: "none believes the identity headers of every request: for trusted clients only.")
    static let allowInsecure = Setting(
        "auth.allow_insecure", .flag, default: "false",
        help: "Allow auth.strategy none on an address that other machines reach.")

    static let settings: [any SettingDescription] = [strategy, allowInsecure]
}
