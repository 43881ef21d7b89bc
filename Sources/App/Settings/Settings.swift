/// Everything an operator can set. Read once, at start; nothing else reads files or the environment.
package struct Settings: Sendable, Equatable {
    package var listen: ListenSettings
    package var tls: TLSSettings
    package var database: DatabaseSettings
    package var auth: AuthSettings
    package var policy: PolicySettings
    package var keystone: KeystoneSettings
    package var basic: BasicSettings
    package var certificate: CertificateSettings
    package var hmac: SignatureSettings
    package var api: APISettings
    package var retention: RetentionPolicy
    package var ingest: IngestSettings
    package var cors: CORSSettings
    package var health: HealthSettings
    package var log: LogSettings

    /// Every setting there is, section by section.
    package static let all: [any SettingDescription] =
        ListenSettings.settings + TLSSettings.settings + DatabaseSettings.settings
        + AuthSettings.settings + KeystoneSettings.settings + BasicSettings.settings
        + CertificateSettings.settings + SignatureSettings.settings + PolicySettings.settings
        + APISettings.settings + RetentionPolicy.settings + IngestSettings.settings
        + CORSSettings.settings + HealthSettings.settings + LogSettings.settings

    /// - Throws: every problem at once, so that one look mends them all.
    package init(from sources: SettingsSources) throws(SettingsError) {
        try self.init(sources.values())
    }

    package init(_ values: SettingValues) throws(SettingsError) {
        let wrong = values.problems(Self.all)
        if !wrong.isEmpty { throw SettingsError(wrong) }
        listen = try ListenSettings(values)
        tls = try TLSSettings(values)
        database = try DatabaseSettings(values)
        auth = try AuthSettings(values)
        policy = try PolicySettings(values)
        keystone = try KeystoneSettings(values)
        basic = try BasicSettings(values)
        certificate = try CertificateSettings(values)
        hmac = try SignatureSettings(values)
        api = try APISettings(values)
        retention = try RetentionPolicy(values)
        ingest = try IngestSettings(values)
        cors = try CORSSettings(values)
        health = try HealthSettings(values)
        log = try LogSettings(values)
        let contradictions =
            tls.contradictions + auth.contradictions + keystone.contradictions(auth)
            + basic.contradictions(auth) + certificate.contradictions(auth, tls)
            + hmac.contradictions(auth) + api.contradictions + ingest.contradictions
        if !contradictions.isEmpty { throw SettingsError(contradictions) }
    }

    /// Refuses what must not face other machines. Only a service that listens has to ask.
    package func checkForServing() throws(SettingsError) {
        if listen.isLoopback { return }
        var problems: [String] = []
        if auth.strategies == [.none] && !auth.allowInsecure {
            problems.append(
                "auth.strategies none believes whatever a client says of itself, and listen.address "
                    + "\(listen.address) is open to other machines. Listen on 127.0.0.1, or set "
                    + "auth.allow_insecure where a proxy in front checks identity.")
        }
        if tls.isEnabled && tls.certificate == nil {
            problems.append(
                "tls.certificate and tls.key are needed: a self-signed pair is made only for a "
                    + "loopback address, and listen.address is \(listen.address).")
        }
        if !problems.isEmpty { throw SettingsError(problems) }
    }
}

extension SettingsSources {
    package func values() throws(SettingsError) -> SettingValues {
        try resolve(Settings.all)
    }
}
