package import JSON
package import Values

/// What rules are held against: the credentials of a caller and the target of what he wants, in the
/// shapes that JSON has.
package enum PolicyValue: Sendable, Equatable {
    case null
    case boolean(Bool)
    /// As Python prints it: `5`, `0.1`, `1e+16`.
    case number(String)
    case text(String)
    case list([PolicyValue])
    case object([Member])

    package struct Member: Sendable, Equatable {
        package let name: ExactText
        package let value: PolicyValue

        package init(_ name: String, _ value: PolicyValue) {
            self.name = ExactText(name)
            self.value = value
        }
    }

    package static let nothing = PolicyValue.object([])

    /// The member of that name; nil where there is none, or where this is no object.
    package func member(_ name: String) -> PolicyValue? {
        guard case .object(let members) = self else { return nil }
        let wanted = ExactText(name)
        return members.last { $0.name == wanted }?.value
    }
}

extension PolicyValue {
    /// - Throws: where the text is no JSON.
    package init(json: String) throws(JSONError) {
        self = try JSONDocument.read(Array(json.utf8)) { document throws(JSONError) in
            PolicyValue(try document.value(), in: document)
        }
    }

    /// Recursion is bounded by the depth that was allowed when the text was read.
    init(_ node: JSONNode, in document: JSONDocument) {
        switch document.kind(of: node) {
        case .null: self = .null
        case .boolean: self = .boolean(document.boolean(of: node))
        case .integer: self = .number(String(document.integer(of: node)))
        case .bigInteger: self = .number(document.literal(of: node))
        case .float, .nonFinite: self = .number(document.double(of: node).shortestText)
        case .string: self = .text(document.text(of: node))
        case .array:
            self = .list(document.elements(of: node).map { PolicyValue($0, in: document) })
        case .object:
            self = .object(
                document.distinctMembers(of: node).map { member in
                    Member(
                        document.text(of: member.name), PolicyValue(member.value, in: document))
                })
        }
    }
}

extension PolicyValue {
    /// What `str(value)` gives in Python, in which rules were written first.
    var pythonText: String {
        if case .text(let text) = self { return text }
        return pythonSource
    }

    /// What `repr(value)` gives in Python.
    private var pythonSource: String {
        switch self {
        case .null: "None"
        case .boolean(let flag): flag ? "True" : "False"
        case .number(let text): text
        case .text(let text): Self.quoted(text)
        case .list(let elements):
            "[" + elements.map(\.pythonSource).joined(separator: ", ") + "]"
        case .object(let members):
            "{"
                + members.map { "\(Self.quoted($0.name.text)): \($0.value.pythonSource)" }
                .joined(separator: ", ") + "}"
        }
    }

    private static func quoted(_ text: String) -> String {
        let quote: Unicode.Scalar = text.contains("'") && !text.contains("\"") ? "\"" : "'"
        var result = String(quote)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\", quote: result += "\\\(scalar)"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                result += (scalar.value < 0x10 ? "\\x0" : "\\x") + String(scalar.value, radix: 16)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + String(quote)
    }
}
