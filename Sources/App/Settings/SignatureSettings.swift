/// The strategy `hmac`: the keys with which publishers sign.
package struct SignatureSettings: Sendable, Equatable {
    package var keyFile: String?
    package var window: Duration
    package var replayMemory: Int

    init(_ values: SettingValues) throws(SettingsError) {
        keyFile = try values(Self.keyFile)
        window = try values(Self.window)
        replayMemory = try values(Self.replayMemory)
    }

    /// What does not fit together.
    func contradictions(_ auth: AuthSettings) -> [String] {
        guard auth.strategies.contains(.hmac), keyFile == nil else { return [] }
        return ["auth.strategies has hmac, which needs hmac.key_file."]
    }
}

extension SignatureSettings {
    static let keyFile = Setting(
        "hmac.key_file", SettingKind.path.orNone(""), default: "",
        help: "YAML file with the keys of publishers that sign; see docs/identity.md. Read again "
            + "when it changes.")
    static let window = Setting(
        "hmac.window", .duration(.seconds(1)...(.seconds(3600))), default: "300s",
        help: "How far the time of a signature may be from this machine's clock.")
    static let replayMemory = Setting(
        "hmac.replay_memory", .integer(1000...100_000_000), default: "1000000",
        help: "Signatures remembered so that none is taken twice, some 20 bytes each. With more in "
            + "the window, the oldest times are not taken any more.")

    static let settings: [any SettingDescription] = [keyFile, window, replayMemory]
}
