/// How Keystone is asked, and what counts: the settings `keystone.*`, checked.
package struct KeystoneOptions: Sendable, Equatable {
    /// Ends with `/v3`.
    package var authURL: KeystoneURL
    /// What clients are told in `WWW-Authenticate`.
    package var publicURL: String
    package var credentials: KeystoneCredentials
    /// Nil takes the first region of the catalog.
    package var region: String?
    package var interface = KeystoneInterface.internal
    /// More tries after a connection that failed.
    package var retries = 3
    /// Pause before the first of them; each further one doubles it.
    package var retryPause = Duration.milliseconds(100)
    package var tokens = KeystoneTokenRules()
    package var cache = TokenCacheLimits()

    package init(
        authURL: KeystoneURL, publicURL: String? = nil, credentials: KeystoneCredentials
    ) {
        self.authURL = authURL
        self.publicURL = publicURL ?? authURL.text
        self.credentials = credentials
    }
}

/// Which of a service's addresses we use.
package enum KeystoneInterface: String, Sendable, CaseIterable {
    case `internal`
    case `public`
    case admin
}

/// What a token has to be, beyond being known.
package struct KeystoneTokenRules: Sendable, Equatable {
    /// Our type in the catalog: access rules name it.
    package var serviceType = "event"
    /// Asks for the catalog with each token, so that access rules are checked against it as well.
    package var includesCatalog = false
    /// A service token needs one of them.
    package var serviceRoles = ["service"]
    /// False takes every valid service token, as keystonemiddleware did up to 12.0.0.
    package var requiresServiceRoles = true

    package init() {}
}

/// How long answers are believed, and how many unknown tokens may be asked about.
package struct TokenCacheLimits: Sendable, Equatable {
    /// A token is believed for so long, and never beyond its own end. Zero asks each time.
    package var lifetime = Duration.seconds(300)
    package var tokens = 10_000
    /// A token that Keystone does not know is refused for so long without asking again.
    package var unknownLifetime = Duration.seconds(5)
    package var unknownTokens = 10_000
    /// Unknown tokens that one address may show at once; a tenth of it comes back every second.
    package var unknownPerPeer = 100
    /// The same for all addresses together.
    package var unknownOverall = 500

    package init() {}
}

/// The address of Keystone's API, version 3.
package struct KeystoneURL: Sendable, Equatable {
    /// Without a slash at its end: `https://keystone:5000/v3`.
    package let text: String

    /// - Parameter text: with or without `/v3` and slashes at the end, as `auth_url` and catalogs
    ///   have it. Nil where it is no URL of HTTP, or holds more than an address.
    package init?(_ text: String) {
        var base = text[...]
        while base.hasSuffix("/") { base = base.dropLast() }
        for old in ["/v2.0", "/v3"] where base.hasSuffix(old) { base = base.dropLast(old.count) }
        guard let scheme = ["https://", "http://"].first(where: base.lowercased().hasPrefix),
            base.count > scheme.count, base.utf8.allSatisfy(Self.isPlain)
        else { return nil }
        self.text = base + "/v3"
    }

    /// Neither blanks nor controls, no user, no query and no fragment.
    private static func isPlain(_ byte: UInt8) -> Bool {
        byte > 0x20 && byte < 0x7F && !"@?#\"\\<>".utf8.contains(byte)
    }
}
