/// How Python shows values in its messages, where clients or tests compare those.
enum PythonText {
    /// `repr(text)`.
    static func quoted(_ text: String) -> String {
        let quote = text.contains("'") && !text.contains("\"") ? "\"" : "'"
        let content = text.unicodeScalars.map { scalar -> String in
            switch scalar {
            case "\\": "\\\\"
            case "\n": "\\n"
            case "\r": "\\r"
            case "\t": "\\t"
            case "'" where quote == "'": "\\'"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                "\\x" + (scalar.value < 0x10 ? "0" : "") + String(scalar.value, radix: 16)
            default: String(scalar)
            }
        }
        return quote + content.joined() + quote
    }

    /// `repr(list)` of texts.
    static func list(_ texts: [String]) -> String {
        "[" + texts.map(quoted).joined(separator: ", ") + "]"
    }
}

extension APIError {
    /// The sentence that Panko's framework makes for one argument.
    static func invalid(_ argument: String, value: String, _ reason: String) -> APIError {
        .badRequest("Invalid input for field/attribute \(argument). Value: '\(value)'. \(reason)")
    }

    static func unknown(_ arguments: [String]) -> APIError {
        .badRequest("Unknown argument: \"\(arguments.joined(separator: ", "))\"")
    }
}
