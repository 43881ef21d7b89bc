/// Facts as JSON text (RFC 8259). Written for log lines and status pages, not for events.
package enum FactJSON {
    /// On one line, without spaces.
    package static func line(_ value: FactValue) -> String {
        var text = ""
        append(value, to: &text, indent: nil)
        return text
    }

    /// For people: four spaces for each level.
    package static func page(_ value: FactValue) -> String {
        var text = ""
        append(value, to: &text, indent: 0)
        return text
    }

    private static func append(_ value: FactValue, to text: inout String, indent: Int?) {
        switch value {
        case .text(let value): appendQuoted(value, to: &text)
        case .integer(let value): text += "\(value)"
        case .number(let value): text += value.isFinite ? "\(value)" : "null"
        case .flag(let value): text += value ? "true" : "false"
        case .missing: text += "null"
        case .list(let values):
            appendItems(values, between: ("[", "]"), to: &text, indent: indent) {
                item, text, indent in
                append(item, to: &text, indent: indent)
            }
        case .group(let facts):
            appendItems(facts, between: ("{", "}"), to: &text, indent: indent) {
                fact, text, indent in
                appendQuoted(fact.name, to: &text)
                text += indent == nil ? ":" : ": "
                append(fact.value, to: &text, indent: indent)
            }
        }
    }

    private static func appendItems<Item>(
        _ items: [Item], between braces: (String, String), to text: inout String, indent: Int?,
        append: (Item, inout String, Int?) -> Void
    ) {
        text += braces.0
        for (index, item) in items.enumerated() {
            if index > 0 { text += "," }
            appendBreak(to: &text, indent: indent.map { $0 + 1 })
            append(item, &text, indent.map { $0 + 1 })
        }
        if !items.isEmpty { appendBreak(to: &text, indent: indent) }
        text += braces.1
    }

    private static func appendBreak(to text: inout String, indent: Int?) {
        guard let indent else { return }
        text += "\n" + String(repeating: "    ", count: indent)
    }

    private static func appendQuoted(_ value: String, to text: inout String) {
        text += "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case _ where LogEscape.isUnsafe(scalar): text += LogEscape.unicode(scalar)
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}
