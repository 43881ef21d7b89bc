package import Identity

/// How Keystone is reached and what is asked of it. The names are those of `[keystone_authtoken]`.
package struct KeystoneSettings: Sendable, Equatable {
    package var authURL: KeystoneURL?
    package var publicURL: String?
    package var account: KeystoneAccount
    package var region: String?
    package var interface: KeystoneInterface
    package var authorities: String?
    package var certificate: String?
    package var key: String?
    package var isInsecure: Bool
    package var connectTimeout: Duration
    package var timeout: Duration
    package var retries: Int
    package var tokens = KeystoneTokenRules()
    package var cache = TokenCacheLimits()
    /// Keystonemiddleware's shared cache, which we have no use for.
    package var sharedCache: [String]

    init(_ values: SettingValues) throws(SettingsError) {
        authURL = try values(Self.authURL)
        publicURL = try values(Self.publicURL)
        account = try KeystoneAccount(values)
        region = try values(Self.region)
        interface = try values(Self.interface)
        authorities = try values(Self.authorities)
        certificate = try values(Self.certificate)
        key = try values(Self.key)
        isInsecure = try values(Self.insecure)
        connectTimeout = try values(Self.connectTimeout)
        timeout = try values(Self.timeout)
        retries = try values(Self.retries)
        sharedCache = try values(Self.sharedCache)
        try readTokens(values)
    }

    private mutating func readTokens(_ values: SettingValues) throws(SettingsError) {
        tokens.serviceType = try values(Self.serviceType)
        tokens.includesCatalog = try values(Self.includeCatalog)
        tokens.serviceRoles = try values(Self.serviceRoles)
        tokens.requiresServiceRoles = try values(Self.serviceRolesRequired)
        cache.lifetime = try values(Self.cacheTime) ?? .zero
        cache.tokens = try values(Self.cacheSize)
        cache.unknownLifetime = try values(Self.unknownTime)
        cache.unknownTokens = cache.tokens
        cache.unknownPerPeer = try values(Self.unknownPerPeer)
        cache.unknownOverall = try values(Self.unknownOverall)
    }

    /// What does not fit together, where the strategy is used.
    func contradictions(_ auth: AuthSettings) -> [String] {
        guard auth.strategies.contains(.keystone) else { return [] }
        var found = account.contradictions
        if authURL == nil {
            found.append("keystone.auth_url is needed by auth.strategies keystone.")
        }
        if key != nil, certificate == nil {
            found.append("keystone.keyfile belongs to keystone.certfile, which is not set.")
        }
        if isInsecure, authorities != nil {
            found.append("keystone.insecure trusts every server, so keystone.cafile has no use.")
        }
        if tokens.requiresServiceRoles, tokens.serviceRoles.isEmpty {
            found.append(
                "keystone.service_token_roles is empty, so no service token could hold; name a role "
                    + "or set keystone.service_token_roles_required to false.")
        }
        return found
    }

    /// Nil where the strategy cannot be used; `contradictions` says why.
    package var options: KeystoneOptions? {
        guard let authURL, let credentials = account.credentials else { return nil }
        var options = KeystoneOptions(
            authURL: authURL, publicURL: publicURL, credentials: credentials)
        options.region = region
        options.interface = interface
        options.retries = retries
        options.tokens = tokens
        options.cache = cache
        return options
    }
}

extension SettingKind where Value == KeystoneURL {
    fileprivate static var keystoneURL: Self {
        Self(allowed: "an address such as https://keystone.example.org:5000/v3") { text in
            KeystoneURL(text)
        }
    }
}

extension SettingKind where Value == String {
    /// Text that may stand in a header field, between quotes.
    fileprivate static var shownURL: Self {
        Self(allowed: "an address without blanks and quotes") { text in
            let isPlain = text.utf8.allSatisfy {
                $0 > 0x20 && $0 < 0x7F && !"\"\\".utf8.contains($0)
            }
            return text.isEmpty || !isPlain ? nil : text
        }
    }

    /// One word or more.
    static var text: Self {
        Self(allowed: "a text") { $0.isEmpty ? nil : $0 }
    }
}

extension KeystoneSettings {
    static let authURL = Setting(
        "keystone.auth_url", SettingKind.keystoneURL.orNone(""), default: "",
        help: "Keystone's address for services, with or without /v3.")
    static let publicURL = Setting(
        "keystone.www_authenticate_uri", SettingKind.shownURL.orNone(""), default: "",
        help: "Keystone's address for clients, shown with each 401. Empty: keystone.auth_url.")
    static let region = Setting(
        "keystone.region_name", SettingKind.text.orNone(""), default: "",
        help: "The region whose Keystone validates tokens. Empty: the first in the catalog.")
    static let interface = Setting(
        "keystone.interface", SettingKind<KeystoneInterface>.choice, default: "internal",
        help: "Which of Keystone's addresses in the catalog validates tokens.")
    static let authorities = Setting(
        "keystone.cafile", SettingKind.path.orNone(""), default: "",
        help: "PEM file with the authorities that sign Keystone's certificate. Empty: the system's."
    )
    static let certificate = Setting(
        "keystone.certfile", SettingKind.path.orNone(""), default: "",
        help: "PEM file with the certificate that we show to Keystone.")
    static let key = Setting(
        "keystone.keyfile", SettingKind.path.orNone(""), default: "",
        help: "PEM file with its private key. Empty: it is in keystone.certfile.")
    static let insecure = Setting(
        "keystone.insecure", .flag, default: "false",
        help: "Take any certificate of Keystone's: only for tests, whoever answers is believed.")
    static let connectTimeout = Setting(
        "keystone.http_connect_timeout", .duration(.milliseconds(100)...Duration.seconds(60)),
        default: "3s", help: "How long connecting to Keystone may take.")
    static let timeout = Setting(
        "keystone.timeout", .duration(.milliseconds(100)...Duration.seconds(300)), default: "10s",
        help: "How long Keystone may take for an answer.")
    static let retries = Setting(
        "keystone.http_request_max_retries", .integer(0...10), default: "3",
        help: "More tries after a connection to Keystone that failed.")
    static let sharedCache = Setting(
        "keystone.memcached_servers", .list, default: "",
        help: "Accepted and not used: each instance keeps the tokens it has seen by itself.")

    static let serviceType = Setting(
        "keystone.service_type", SettingKind.text, default: "event",
        help: "The type of this service in the catalog and in access rules.")
    static let includeCatalog = Setting(
        "keystone.include_service_catalog", .flag, default: "false",
        help: "Fetch the catalog with each token, and refuse access rules of services not in it.")
    static let serviceRoles = Setting(
        "keystone.service_token_roles", .list, default: "service",
        help: "Roles that make an X-Service-Token count.")
    static let serviceRolesRequired = Setting(
        "keystone.service_token_roles_required", .flag, default: "true",
        help: "false takes every valid X-Service-Token, whatever its roles.")
    static let cacheTime = Setting(
        "keystone.token_cache_time",
        SettingKind.duration(.zero...Duration.seconds(3600)).orNone("-1"), default: "300",
        help:
            "How long a token is believed after Keystone vouched for it, so how long a revoked one "
            + "goes on. 0 or -1 asks each time.")
    static let cacheSize = Setting(
        "keystone.token_cache_size", .integer(1...1_000_000), default: "10000",
        help: "Most tokens that are remembered, about 1 KiB each.")
    static let unknownTime = Setting(
        "keystone.unknown_token_cache_time", .duration(.zero...Duration.seconds(60)),
        default: "5s", help: "How long a token that Keystone does not know is refused unasked.")
    static let unknownPerPeer = Setting(
        "keystone.unknown_tokens_per_address", .integer(1...1_000_000), default: "100",
        help: "Unknown tokens that one address may show at once; a tenth is given back each second."
    )
    static let unknownOverall = Setting(
        "keystone.unknown_tokens", .integer(1...1_000_000), default: "500",
        help: "The same for all addresses together. Beyond it the answer is 429.")

    static let settings: [any SettingDescription] =
        [authURL, publicURL] + KeystoneAccount.settings + [
            region, interface, authorities, certificate, key, insecure, connectTimeout, timeout,
            retries, sharedCache, serviceType, includeCatalog, serviceRoles, serviceRolesRequired,
            cacheTime, cacheSize, unknownTime, unknownPerPeer, unknownOverall,
        ]
}
