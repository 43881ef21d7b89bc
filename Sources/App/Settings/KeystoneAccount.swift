import Identity
package import Values

/// As whom the service signs in to Keystone.
package struct KeystoneAccount: Sendable, Equatable {
    /// What is to be shown; nil: whatever is set.
    package var type: KeystoneAuthType?
    package var username: String?
    package var password: Secret?
    package var userDomainID: String?
    package var userDomainName: String?
    package var projectID: String?
    package var projectName: String?
    package var projectDomainID: String?
    package var projectDomainName: String?
    package var credentialID: String?
    package var credentialName: String?
    package var credentialSecret: Secret?

    init(_ values: SettingValues) throws(SettingsError) {
        type = try values(Self.type)
        username = try values(Self.username)
        password = try PasswordSource.password(
            values(Self.password), file: values(Self.passwordFile), of: Self.password.key)
        userDomainID = try values(Self.userDomainID)
        userDomainName = try values(Self.userDomainName)
        projectID = try values(Self.projectID)
        projectName = try values(Self.projectName)
        projectDomainID = try values(Self.projectDomainID)
        projectDomainName = try values(Self.projectDomainName)
        credentialID = try values(Self.credentialID)
        credentialName = try values(Self.credentialName)
        credentialSecret = try PasswordSource.password(
            values(Self.credentialSecret), file: values(Self.credentialSecretFile),
            of: Self.credentialSecret.key)
    }

    private var usesCredential: Bool {
        type.map { $0 == .v3applicationcredential }
            ?? (credentialID != nil || credentialName != nil || credentialSecret != nil)
    }

    /// Nil where something is missing; `contradictions` says what.
    var credentials: KeystoneCredentials? {
        if usesCredential {
            guard let secret = credentialSecret else { return nil }
            if let id = credentialID { return .applicationCredential(id: id, secret: secret) }
            guard let name = credentialName, let user else { return nil }
            return .namedApplicationCredential(name, of: user, secret: secret)
        }
        guard let user, let password, let project else { return nil }
        return .password(user, password, project: project)
    }

    /// Keystone's first domain has the id `default`, and most clouds no other.
    private static func domain(_ id: String?, _ name: String?) -> KeystoneDomain {
        if let id { return .id(id) }
        return name.map { .name($0) } ?? .id("default")
    }

    private var user: KeystoneReference? {
        username.map { .name($0, in: Self.domain(userDomainID, userDomainName)) }
    }

    private var project: KeystoneReference? {
        if let projectID { return .id(projectID) }
        return projectName.map { .name($0, in: Self.domain(projectDomainID, projectDomainName)) }
    }

    /// What does not fit together.
    var contradictions: [String] {
        var found = doubles
        if usesCredential {
            if credentialSecret == nil {
                found.append(
                    "keystone.application_credential_secret is missing; give it in the environment, "
                        + "\(Self.credentialSecret.environmentName), or in a file.")
            }
            if credentialID == nil, credentialName == nil || username == nil {
                found.append(
                    "an application credential is named by keystone.application_credential_id, or "
                        + "by keystone.application_credential_name with keystone.username.")
            }
            if type == nil, password != nil {
                found.append(
                    "keystone.password and an application credential are both set; keep one of them "
                        + "or say which by keystone.auth_type.")
            }
            return found
        }
        if username == nil {
            found.append("keystone.username is missing: tokens are validated as that user.")
        }
        if password == nil {
            found.append(
                "keystone.password is missing; give it in the environment, "
                    + "\(Self.password.environmentName), or name a keystone.password_file.")
        }
        if projectID == nil, projectName == nil {
            found.append("keystone.project_name is missing: the project where the user has a role.")
        }
        return found
    }

    /// Two settings that say the same thing.
    private var doubles: [String] {
        let pairs = [
            (userDomainID, userDomainName, "user_domain"),
            (projectDomainID, projectDomainName, "project_domain"),
            (projectID, projectName, "project"),
            (credentialID, credentialName, "application_credential"),
        ]
        return pairs.filter { $0.0 != nil && $0.1 != nil }.map {
            "keystone.\($0.2)_id and keystone.\($0.2)_name are both set; keep one of them."
        }
    }
}

/// The kinds of credentials, by the names that keystoneauth gives them.
package enum KeystoneAuthType: String, Sendable, CaseIterable {
    case password
    case v3password
    case v3applicationcredential
}

extension KeystoneAccount {
    static let type = Setting(
        "keystone.auth_type", SettingKind<KeystoneAuthType>.choice.orNone(""), default: "",
        help: "What the service signs in with. Empty: whichever is set below.")
    static let username = Setting(
        "keystone.username", SettingKind.text.orNone(""), default: "",
        help: "The service's own user; it needs the role service (or admin) in the project.")
    static let password = Setting(
        "keystone.password", .secret, default: "",
        help: "Its password. Give it in the environment, ANNALS_KEYSTONE_PASSWORD.")
    static let passwordFile = Setting(
        "keystone.password_file", SettingKind.path.orNone(""), default: "",
        help: "A file whose first line is the password.")
    static let userDomainID = Setting(
        "keystone.user_domain_id", SettingKind.text.orNone(""), default: "",
        help: "The user's domain by id. Empty, and without a name: default.")
    static let userDomainName = Setting(
        "keystone.user_domain_name", SettingKind.text.orNone(""), default: "",
        help: "The user's domain by name.")
    static let projectID = Setting(
        "keystone.project_id", SettingKind.text.orNone(""), default: "",
        help: "The project in which the user has its role, by id.")
    static let projectName = Setting(
        "keystone.project_name", SettingKind.text.orNone(""), default: "",
        help: "The project in which the user has its role, by name: mostly service.")
    static let projectDomainID = Setting(
        "keystone.project_domain_id", SettingKind.text.orNone(""), default: "",
        help: "The project's domain by id. Empty, and without a name: default.")
    static let projectDomainName = Setting(
        "keystone.project_domain_name", SettingKind.text.orNone(""), default: "",
        help: "The project's domain by name.")
    static let credentialID = Setting(
        "keystone.application_credential_id", SettingKind.text.orNone(""), default: "",
        help: "An application credential instead of a password, by id.")
    static let credentialName = Setting(
        "keystone.application_credential_name", SettingKind.text.orNone(""), default: "",
        help: "An application credential of keystone.username, by name.")
    static let credentialSecret = Setting(
        "keystone.application_credential_secret", .secret, default: "",
        help: "Its secret. Give it in ANNALS_KEYSTONE_APPLICATION_CREDENTIAL_SECRET.")
    static let credentialSecretFile = Setting(
        "keystone.application_credential_secret_file", SettingKind.path.orNone(""), default: "",
        help: "A file whose first line is the secret.")

    static let settings: [any SettingDescription] = [
        type, username, password, passwordFile, userDomainID, userDomainName, projectID,
        projectName, projectDomainID, projectDomainName, credentialID, credentialName,
        credentialSecret, credentialSecretFile,
    ]
}
