/// Whether connections are encrypted, and with which files.
package struct TLSSettings: Sendable, Equatable {
    package var isEnabled: Bool
    /// PEM: the certificate and the chain above it. Nil: a self-signed pair is made.
    package var certificate: String?
    package var key: String?
    package var clientAuthorities: String?
    package var isClientRequired: Bool
    /// Nil: a self-signed pair lives in memory only.
    package var selfSignedDirectory: String?

    init(_ values: SettingValues) throws(SettingsError) {
        isEnabled = try values(Self.enabled)
        certificate = try values(Self.certificate)
        key = try values(Self.key)
        clientAuthorities = try values(Self.clientAuthorities)
        isClientRequired = try values(Self.clientRequired)
        selfSignedDirectory = try values(Self.selfSignedDirectory)
    }

    /// What does not fit together.
    var contradictions: [String] {
        var found: [String] = []
        if (certificate == nil) != (key == nil) {
            found.append("tls.certificate and tls.key belong together: only one of them is set.")
        }
        if isClientRequired && clientAuthorities == nil {
            found.append("tls.client_required needs tls.client_ca: nothing else can be trusted.")
        }
        return found
    }
}

extension TLSSettings {
    static let enabled = Setting(
        "tls.enabled", .flag, default: "true",
        help: "Encrypt connections (TLS 1.2 and 1.3). Plain HTTP only when this is false.")
    static let certificate = Setting(
        "tls.certificate", SettingKind.path.orNone(""), default: "",
        help: "PEM file with the certificate and its chain. Read again on SIGHUP.")
    static let key = Setting(
        "tls.key", SettingKind.path.orNone(""), default: "",
        help: "PEM file with the private key of the certificate. Read again on SIGHUP.")
    static let clientAuthorities = Setting(
        "tls.client_ca", SettingKind.path.orNone(""), default: "",
        help: "PEM file with the authorities whose client certificates are accepted.")
    static let clientRequired = Setting(
        "tls.client_required", .flag, default: "false",
        help: "Refuse clients without a certificate of tls.client_ca.")
    static let selfSignedDirectory = Setting(
        "tls.self_signed_directory", SettingKind.path.orNone(""), default: "",
        help: "Directory that keeps a self-signed pair between starts. Empty: a new pair each time."
    )

    static let settings: [any SettingDescription] = [
        enabled, certificate, key, clientAuthorities, clientRequired, selfSignedDirectory,
    ]
}
