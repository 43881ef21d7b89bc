/// One rule as it stands in a file.
package enum PolicyText: Sendable, Equatable {
    /// In the language: `role:admin and not rule:guest`.
    case text(String)
    /// The old form: one of the inner lists has to hold, and of it every check.
    case list([[Condition]])

    package enum Condition: Sendable, Equatable {
        case text(String)
        /// What is no text, as it is shown.
        case other(String)

        fileprivate var shown: String {
            switch self {
            case .text(let text): PolicyText.quoted(text)
            case .other(let shown): shown
            }
        }
    }

    /// As `annals policy list` prints it: the inside of a YAML text in double quotes, or a list.
    package var shown: String {
        switch self {
        case .text(let text): Self.quoted(text)
        case .list(let lists):
            "["
                + lists.map { "[" + $0.map(\.shown).joined(separator: ", ") + "]" }
                .joined(separator: ", ") + "]"
        }
    }

    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20:
                result += (scalar.value < 0x10 ? "\\x0" : "\\x") + String(scalar.value, radix: 16)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
