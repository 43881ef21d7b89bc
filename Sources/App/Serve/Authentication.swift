package import Identity
package import Logging
package import Observability

/// Who tells callers apart, the strategies that the settings name in their order, and which rules
/// callers are held against.
package struct Authentication: Sendable {
    package let authenticator: Authenticator
    package let policy: PolicyKeeper
    private let keystone: KeystoneTokens?

    /// - Throws: where a strategy cannot start: a file that is missing, a setting that is wrong.
    package init(_ settings: Settings, logger: Logger) throws(SettingsError) {
        var strategies: [any IdentityStrategy] = []
        for name in settings.auth.strategies {
            strategies.append(try Self.strategy(name, settings, logger))
        }
        self.init(strategies, policy: try settings.policyKeeper(logger: logger))
    }

    package init(
        _ strategies: [any IdentityStrategy],
        policy: PolicyKeeper = PolicyKeeper(logger: Logger(label: "annals"))
    ) {
        authenticator = Authenticator(strategies)
        self.policy = policy
        keystone = strategies.lazy.compactMap { $0 as? KeystoneTokens }.first
    }

    private static func strategy(
        _ name: AuthStrategy, _ settings: Settings, _ logger: Logger
    ) throws(SettingsError) -> any IdentityStrategy {
        switch name {
        case .none: return TrustedHeaders()
        case .keystone: return try KeystoneTokens(settings.keystone, logger)
        case .basic:
            return try fromFiles(name) { () throws(CredentialFileError) in
                try BasicAuthentication(settings.basic, logger)
            }
        case .certificate:
            return try fromFiles(name) { () throws(CredentialFileError) in
                try CertificateAuthentication(settings.certificate, logger)
            }
        case .hmac:
            return try fromFiles(name) { () throws(CredentialFileError) in
                try SignatureAuthentication(settings.hmac, logger)
            }
        }
    }

    /// A strategy whose files have to be good before it starts.
    private static func fromFiles(
        _ name: AuthStrategy, _ make: () throws(CredentialFileError) -> any IdentityStrategy
    ) throws(SettingsError) -> any IdentityStrategy {
        do throws(CredentialFileError) {
            return try make()
        } catch {
            throw SettingsError(["auth.strategies, \(name.rawValue): \(error)"])
        }
    }

    /// What policy and strategies add to `/status`.
    package var statusSources: [any StatusSource] {
        [PolicyStatus(keeper: policy)] + (keystone.map { [KeystoneStatus(tokens: $0)] } ?? [])
    }

    /// A sentence for who asks about health; nil while all callers can be told apart.
    package var note: String? {
        guard let state = keystone?.state, let failure = state.failure else { return nil }
        return "callers with new tokens are answered with 503: \(failure)"
    }

    /// Before the metrics are read.
    package func refreshGauges() {
        keystone?.refreshGauges()
    }

    /// Tries what strategies need of other services until it is there or the task is cancelled, so
    /// that what is wrong shows at the start.
    package func prepare() async {
        guard let keystone else { return }
        var pause = Duration.seconds(1)
        while !Task.isCancelled {
            if await keystone.prepare() { return }
            // A cancelled sleep ends the loop at its condition.
            try? await Task.sleep(for: pause)
            pause = min(pause * 2, .seconds(60))
        }
    }
}
