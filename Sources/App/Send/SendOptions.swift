import Foundation
import Glibc
package import HTTPClient
import Values

/// Where to send and as whom, checked before anything is read.
package struct SendOptions: Sendable {
    /// What the command line says; secrets are in files or in the environment.
    package struct Words: Sendable {
        package var url: String?
        package var user: String?
        package var passwordFile: String?
        package var signingSecretFile: String?
        package var keyID: String?
        package var authorities: String?
        package var certificate: String?
        package var key: String?
        package var environment: [String: String] = [:]

        package init() {}
    }

    package let url: String
    package let credentials: SendCredentials
    package var transport: HTTPClientSettings
    /// Sentences about what is allowed and unwise.
    package let warnings: [String]

    package init(_ words: Words) throws(SettingsError) {
        url = try Self.target(words.url ?? words.environment["SEND_URL"])
        transport = HTTPClientSettings(
            authorities: words.authorities, certificate: words.certificate, key: words.key,
            mostBytes: 64 << 20, userAgent: "annals-send/\(Version.text)")
        credentials = try Self.credentials(words)
        try Self.checkFiles(words)
        warnings =
            credentials.isSecret && url.lowercased().hasPrefix("http:")
            ? ["the URL is not https: everybody on the way can read the credentials"] : []
    }

    /// A URL without a path means the events of that server.
    private static func target(_ text: String?) throws(SettingsError) -> String {
        guard let text, !text.isEmpty else {
            throw SettingsError(["--url: say where to, as in https://annals.example:8977."])
        }
        guard let scheme = text.range(of: "://") else {
            throw SettingsError(["--url: it must begin with https:// or http://."])
        }
        let rest = text[scheme.upperBound...]
        guard let slash = rest.firstIndex(of: "/") else { return text + "/v2/events" }
        return rest[slash...] == "/" ? text + "v2/events" : text
    }

    private static func credentials(_ words: Words) throws(SettingsError) -> SendCredentials {
        var credentials = SendCredentials()
        let password = try secret(
            words.passwordFile, "--password-file", words.environment["SEND_PASSWORD"])
        credentials.signingSecret = try secret(
            words.signingSecretFile, "--signing-secret-file",
            words.environment["SEND_SIGNING_SECRET"])
        credentials.keyID = words.keyID
        if let user = words.user {
            guard let password else {
                throw SettingsError([
                    "--user needs a password: give --password-file, or SEND_PASSWORD in the "
                        + "environment."
                ])
            }
            guard !user.contains(":") else {
                throw SettingsError(["--user: a user's name has no colon."])
            }
            credentials.basic = (user, password)
        } else if credentials.signingSecret == nil, let token = words.environment["OS_TOKEN"] {
            credentials.token = token.isEmpty ? nil : Secret(token)
        }
        return credentials
    }

    /// The first line of the file, or what the environment holds.
    private static func secret(
        _ file: String?, _ option: String, _ given: String?
    ) throws(SettingsError) -> Secret? {
        guard let file else { return given.map { Secret($0) } }
        let text: String
        do {
            text = try String(contentsOfFile: file, encoding: .utf8)
        } catch {
            throw SettingsError(["\(option): \(file) cannot be read as text."])
        }
        let line = text.prefix { !$0.isNewline }
        guard !line.isEmpty else {
            throw SettingsError(["\(option): the first line of \(file) is empty."])
        }
        return Secret(String(line))
    }

    private static func checkFiles(_ words: Words) throws(SettingsError) {
        if words.key != nil, words.certificate == nil {
            throw SettingsError(["--key: give --certificate as well."])
        }
        let files = [
            ("--ca", words.authorities), ("--certificate", words.certificate), ("--key", words.key),
        ]
        for case (let option, let file?) in files where unsafe access(file, R_OK) != 0 {
            let reason = unsafe String(cString: strerror(errno))
            throw SettingsError(["\(option): \(file) cannot be read: \(reason)."])
        }
    }
}
