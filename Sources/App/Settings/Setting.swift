internal import Values

/// One setting: its name, its default and what may be written there.
///
/// Decoding, `--help`, `annals config show` and the sample file all read these; a setting is written
/// down nowhere else.
package struct Setting<Value: Sendable>: SettingDescription {
    /// `section.name`, whole words joined by `_`.
    package let key: String
    /// As it would be written in the file.
    package let defaultText: String
    package let kind: SettingKind<Value>
    /// One sentence for the operator.
    package let help: String

    package init(
        _ key: String, _ kind: SettingKind<Value>, default defaultText: String, help: String
    ) {
        self.key = key
        self.defaultText = defaultText
        self.kind = kind
        self.help = help
    }

    package var allowed: String { kind.allowed }
    package var isFlag: Bool { Value.self == Bool.self }
    package var isSecret: Bool { Value.self == Secret?.self }
    package var isList: Bool { Value.self == [String].self || Value.self == [AuthStrategy].self }

    package func shown(_ text: String) -> String {
        kind.shown(text)
    }

    package func accepts(_ text: String) -> Bool {
        kind.read(text) != nil
    }

    package func objection(to text: String) -> String? {
        kind.objection(text)
    }
}

/// What is known of a setting without the type of its value.
package protocol SettingDescription: Sendable {
    var key: String { get }
    var defaultText: String { get }
    /// Completes "must be …".
    var allowed: String { get }
    var help: String { get }
    /// May stand on the command line without a value, which means `true`.
    var isFlag: Bool { get }
    /// Must not stand on the command line, which everybody on the machine can read.
    var isSecret: Bool { get }
    var isList: Bool { get }

    /// The text as it may be printed: without passwords.
    func shown(_ text: String) -> String
    func accepts(_ text: String) -> Bool
    /// What is wrong with a text that is not accepted, where more can be said than what is allowed.
    func objection(to text: String) -> String?
}

extension SettingDescription {
    package var section: String { String(key.prefix { $0 != "." }) }
    package var name: String { String(key.dropFirst(section.count + 1)) }
    /// The part of the section it belongs to, as `spool` in `ingest.spool.path`; mostly nil.
    var group: String? { name.contains(".") ? String(name.prefix { $0 != "." }) : nil }
    /// The last word of the key.
    var leaf: String { group.map { String(name.dropFirst($0.count + 1)) } ?? name }
    package var environmentName: String { "ANNALS_" + key.uppercased().replacing(".", with: "_") }
    package var option: String { "--" + key }
}
