import Identity
import Logging

/// Where the rules of access come from.
package struct PolicySettings: Sendable, Equatable {
    /// Nil: the built-in rules.
    package var file: String?
    package var directory: String?

    init(_ values: SettingValues) throws(SettingsError) {
        file = try values(Self.file)
        directory = try values(Self.directory)
    }
}

extension PolicySettings {
    static let file = Setting(
        "policy.file", SettingKind.path.orNone(""), default: "",
        help: "YAML or JSON file of oslo.policy with who may do what, as in etc/policy.yaml. Read "
            + "again when it changes. Empty: the built-in rules.")
    static let directory = Setting(
        "policy.directory", SettingKind.path.orNone(""), default: "",
        help: "Directory whose *.yaml, *.yml and *.json are applied over policy.file, by name.")

    static let settings: [any SettingDescription] = [file, directory]
}

extension Settings {
    /// The rules that the service is started with, and that change with their files.
    func policyKeeper(logger: Logger) throws(SettingsError) -> PolicyKeeper {
        do throws(PolicyFileError) {
            return try PolicyKeeper(
                file: policy.file, directory: policy.directory, logger: logger)
        } catch {
            throw SettingsError(["policy: \(error)"])
        }
    }
}
