/// One check that no operator divides: `kind:match`.
enum PolicyAtom {
    static func check(_ text: String) -> PolicyCheck {
        if text == "!" { return .never }
        if text == "@" { return .always }
        let scalars = text.unicodeScalars
        guard let colon = scalars.firstIndex(of: ":") else {
            return .unreadable("\(text) is no check: it has no colon")
        }
        let kind = String(scalars[..<colon])
        let match = String(scalars[scalars.index(after: colon)...])
        switch kind {
        case "rule": return .rule(match)
        case "role": return .role(PolicyTemplate(match))
        case "http", "https": return broken("\(text) would ask another server, which is not done")
        default: return comparison(kind, PolicyTemplate(match))
        }
    }

    /// The left side is a literal of Python where it looks like one, else a path into the caller's
    /// credentials.
    private static func comparison(_ kind: String, _ match: PolicyTemplate) -> PolicyCheck {
        switch PythonLiteral(kind) {
        case .literal(let text): .literal(text, match)
        case .name(let path): .attribute(path, match)
        case .invalid: .broken("\(kind) is neither the name of an attribute nor a literal", match)
        }
    }

    /// Fails wherever it is asked, whatever the target has.
    static func broken(_ reason: String) -> PolicyCheck { .broken(reason, PolicyTemplate("")) }

    /// What Python's `\s` matches.
    static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isWhitespace || (0x1C...0x1F).contains(scalar.value)
    }
}
