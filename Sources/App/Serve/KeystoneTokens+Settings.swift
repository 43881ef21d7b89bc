import HTTPClient
import Identity
import Logging
import Observability
import Values

extension KeystoneTokens {
    /// The strategy as the settings want it, with connections of its own.
    convenience init(_ settings: KeystoneSettings, _ logger: Logger) throws(SettingsError) {
        guard let options = settings.options else {
            throw SettingsError(["auth.strategies, keystone: keystone.* is not complete."])
        }
        if !settings.sharedCache.isEmpty {
            logger.warning(
                "keystone.memcached_servers is not used: tokens are kept in this process")
        }
        if settings.isInsecure {
            logger.warning("keystone.insecure: whoever answers for Keystone is believed")
        }
        do throws(HTTPClientError) {
            self.init(
                options, transport: try HTTPClient(settings.client, logger: logger),
                clock: KeystoneClock(now: { .now }), logger: logger)
        } catch {
            throw SettingsError(["auth.strategies, keystone: \(error.userMessage)"])
        }
    }
}

extension KeystoneSettings {
    /// Tokens are small and answers to them quick, so few connections do.
    fileprivate var client: HTTPClientSettings {
        HTTPClientSettings(
            authorities: authorities, certificate: certificate, key: key, verifies: !isInsecure,
            connectTimeout: connectTimeout, timeout: timeout, mostConnections: 16,
            mostBytes: 1 << 20, userAgent: "annals/\(Version.text)")
    }
}
