internal import FoundationEssentials
internal import JSON
internal import Values
internal import Yams

/// The rules of one file: names and texts, not read yet.
package struct PolicyFile: Sendable {
    package let path: String
    /// In the order of the file; no name twice.
    let rules: [(name: String, text: PolicyText)]

    /// - Throws: where the file cannot be read, or is no mapping of names to rules.
    package init(path: String) throws(PolicyFileError) {
        try self.init(path: path, data: FileManager.default.contents(atPath: path))
    }

    /// - Parameter data: what the file holds; nil where it cannot be read.
    init(path: String, data: Data?) throws(PolicyFileError) {
        guard let data else { throw PolicyFileError("The policy file \(path) cannot be read.") }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw PolicyFileError("The policy file \(path) is not valid UTF-8.")
        }
        try self.init(path: path, text: text)
    }

    /// - Parameter text: JSON where it begins with a brace and is JSON, else YAML. Empty, or nothing
    ///   but comments, means no rules.
    package init(path: String, text: String) throws(PolicyFileError) {
        self.path = path
        let found: [(name: PolicySource, value: PolicySource)]
        if text.first(where: { !$0.isWhitespace }) == "{", let value = try? PolicyValue(json: text),
            case .object(let members) = value
        {
            // A text that is no JSON may be YAML all the same: `{a: b}`.
            found = members.map { (name: .text($0.name.text), value: PolicySource($0.value)) }
        } else {
            found = try Self.yaml(text, path)
        }
        var rules: [(name: String, text: PolicyText)] = []
        for (name, value) in found {
            guard case .text(let name) = name else {
                throw PolicyFileError("\(path): the name of a rule must be a text.")
            }
            guard let text = value.rule else {
                throw PolicyFileError("\(path): the rule \(name) \(value.objection)")
            }
            rules.append((name: name, text: text))
        }
        self.rules = rules
    }

    private static func yaml(
        _ text: String, _ path: String
    ) throws(PolicyFileError) -> [(name: PolicySource, value: PolicySource)] {
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch {
            throw PolicyFileError("\(path) is neither valid YAML nor valid JSON: \(error)")
        }
        switch root {
        case nil: return []
        case .scalar(let scalar) where scalar.string.isEmpty: return []
        case .mapping(let mapping):
            return mapping.map { (name: PolicySource($0.key), value: PolicySource($0.value)) }
        default:
            throw PolicyFileError("\(path) must be a mapping of names to rules.")
        }
    }
}

/// Why a policy file is not used. The text is for the operator.
package struct PolicyFileError: Error, Sendable, Equatable, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// What stands in a file in the place of a rule.
private enum PolicySource {
    case text(String)
    case list([PolicySource])
    /// Written out as `null` or `~`.
    case null
    /// `name:` with nothing behind it, and `name: !`, which means the same to YAML.
    case missing
    /// As it is shown.
    case other(String)

    init(_ value: PolicyValue) {
        switch value {
        case .text(let text): self = .text(text)
        case .list(let items): self = .list(items.map(PolicySource.init))
        case .null: self = .null
        case .boolean, .number, .object: self = .other(value.pythonText)
        }
    }

    init(_ node: Node) {
        switch node {
        case .scalar(let scalar) where scalar.string.isEmpty && scalar.style == .plain:
            self = .missing
        case .scalar(let scalar):
            switch node.tag {
            case Tag(.str): self = .text(scalar.string)
            case Tag(.null): self = .null
            default: self = .other(scalar.string)
            }
        case .sequence(let items): self = .list(items.map(PolicySource.init))
        case .mapping, .alias: self = .other("{...}")
        }
    }

    /// Nil where it is none.
    var rule: PolicyText? {
        switch self {
        case .text(let text): return .text(text)
        case .null: return .text("")
        case .list(let items):
            let lists = items.compactMap(\.conjunction)
            return lists.count == items.count ? .list(lists) : nil
        case .missing, .other: return nil
        }
    }

    /// An inner list; a text stands for a list of one, and what is empty for an empty list.
    private var conjunction: [PolicyText.Condition]? {
        switch self {
        case .text(let text): text.isEmpty ? [] : [.text(text)]
        case .list(let items): items.map(\.condition)
        case .null: []
        case .missing, .other: nil
        }
    }

    private var condition: PolicyText.Condition {
        if case .text(let text) = self { .text(text) } else { .other(shown) }
    }

    private var shown: String {
        switch self {
        case .text(let text): PolicyText.quoted(text)
        case .list(let items): "[" + items.map(\.shown).joined(separator: ", ") + "]"
        case .null, .missing: "null"
        case .other(let shown): shown
        }
    }

    var objection: String {
        if case .missing = self {
            return "is empty. Write \"\" to let everybody pass and \"!\" to let nobody pass, "
                + "with the quotes."
        }
        return "must be a text, or a list of lists of texts."
    }
}
