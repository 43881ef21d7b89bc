/// One JSON document in the store's canonical form: no space between tokens, strings in UTF-8 with
/// only what must be escaped escaped (`"`, `\`, U+0000 to U+001F), numbers in the digits they came in.
///
/// The reader of the `JSON` room makes these; holding one means that the text is valid.
package struct JSONText: Sendable, Hashable {
    package let text: String

    /// - Parameter text: valid JSON in canonical form; the caller has made it so.
    package init(canonical text: String) {
        self.text = text
    }

    package static let null = JSONText(canonical: "null")
    package static let emptyObject = JSONText(canonical: "{}")

    package static func == (left: JSONText, right: JSONText) -> Bool {
        left.text.isExactly(right.text)
    }

    package func hash(into hasher: inout Hasher) {
        ExactText(text).hash(into: &hasher)
    }
}
