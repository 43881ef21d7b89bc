/// Names and labels as Prometheus allows them.
///
/// - Source: Prometheus' text exposition format 0.0.4 and its naming practices.
enum MetricName {
    /// `annals_` and the words of the label, joined by `_`; nothing else is allowed in a name.
    static func metric(_ label: String, suffix: String) -> String {
        var name = cleaned(label)
        if !name.hasPrefix("annals_") && !name.hasPrefix("process_") { name = "annals_" + name }
        return name.hasSuffix(suffix) ? name : name + suffix
    }

    static func label(_ name: String) -> String {
        let cleaned = cleaned(name)
        let startsWell = cleaned.first.map { $0.isLetter || $0 == "_" } ?? false
        return startsWell ? cleaned : "_" + cleaned
    }

    /// A label's value between its quotes.
    static func escapedValue(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            .replacing("\n", with: "\\n")
    }

    /// A sentence of help: quotes stand as they are.
    static func escapedHelp(_ sentence: String) -> String {
        sentence.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
    }

    private static func cleaned(_ text: String) -> String {
        String(text.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
    }
}
