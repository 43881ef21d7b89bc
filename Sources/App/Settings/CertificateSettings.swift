/// The strategy `certificate`: which client certificate stands for whom.
package struct CertificateSettings: Sendable, Equatable {
    package var userFile: String?

    init(_ values: SettingValues) throws(SettingsError) {
        userFile = try values(Self.userFile)
    }

    /// What does not fit together.
    func contradictions(_ auth: AuthSettings, _ tls: TLSSettings) -> [String] {
        guard auth.strategies.contains(.certificate) else { return [] }
        var found: [String] = []
        if userFile == nil {
            found.append("auth.strategies has certificate, which needs certificate.user_file.")
        }
        if !tls.isEnabled || tls.clientAuthorities == nil {
            found.append(
                "auth.strategies has certificate, which needs tls.enabled and tls.client_ca: "
                    + "only what an authority vouches for is believed.")
        }
        return found
    }
}

extension CertificateSettings {
    static let userFile = Setting(
        "certificate.user_file", SettingKind.path.orNone(""), default: "",
        help: "YAML file that says which client certificate stands for whom; see docs/identity.md. "
            + "Read again when it changes.")

    static let settings: [any SettingDescription] = [userFile]
}
