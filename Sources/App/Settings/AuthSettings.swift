/// How callers are told apart.
package struct AuthSettings: Sendable, Equatable {
    /// In the order in which they are asked; at least one, none twice.
    package var strategies: [AuthStrategy]
    package var allowInsecure: Bool

    init(_ values: SettingValues) throws(SettingsError) {
        strategies = try values(Self.strategies)
        allowInsecure = try values(Self.allowInsecure)
    }

    /// What does not fit together.
    var contradictions: [String] {
        guard strategies.contains(.none), strategies.count > 1 else { return [] }
        return [
            "auth.strategies: none believes everybody, so no other strategy may stand beside it."
        ]
    }
}

package enum AuthStrategy: String, Sendable, CaseIterable {
    /// Believes the headers `X-Roles`, `X-User-Id` and `X-Project-Id`.
    case none
    /// Tokens, which Keystone knows.
    case keystone
    /// User and password, checked against a file of htpasswd.
    case basic
    /// A client certificate that a file knows.
    case certificate
    /// A signature over what a publisher sends.
    case hmac
}

extension SettingKind where Value == [AuthStrategy] {
    /// Names with commas between them, or a YAML list.
    fileprivate static var strategies: Self {
        let words = AuthStrategy.allCases.map(\.rawValue).joined(separator: ", ")
        return Self(allowed: "a list of \(words), each at most once") { text in
            let names = text.split(separator: ",").map { $0.filter { !$0.isWhitespace } }
            let found = names.compactMap(AuthStrategy.init(rawValue:))
            guard found.count == names.count, !found.isEmpty else { return nil }
            return Set(found).count == found.count ? found : nil
        }
    }
}

extension AuthSettings {
    static let strategies = Setting(
        "auth.strategies", SettingKind<[AuthStrategy]>.strategies, default: "none",
        help: "Who is asked who a caller is, in this order. none believes the identity headers of "
            + "every request, for trusted clients only; keystone asks Keystone for tokens.")
    static let allowInsecure = Setting(
        "auth.allow_insecure", .flag, default: "false",
        help: "Allow auth.strategies none on an address that other machines reach.")

    static let settings: [any SettingDescription] = [strategies, allowInsecure]
}
