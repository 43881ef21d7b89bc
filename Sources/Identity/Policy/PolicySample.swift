/// The policy file with every rule, its default and its meaning: `annals policy sample`, and the
/// text of `etc/policy.yaml`.
package enum PolicySample {
    package static var text: String {
        preamble + BuiltInRule.all.map(entry).joined()
    }

    private static let preamble = """
        # Who may do what. Every rule with its default: `annals policy sample` prints this file, and
        # a rule that is left out means its default. policy.file names the file to use; the service
        # reads it again when it changes. docs/policy.md describes the language.

        """

    private static func entry(_ rule: BuiltInRule) -> String {
        let operations = rule.operations.map { "# Asked by \($0)\n" }.joined()
        return "\n" + wrapped(rule.meaning) + operations
            + "\"\(rule.name)\": \(PolicyText.text(rule.text).shown)\n"
    }

    /// As comments of at most 98 characters a line.
    private static func wrapped(_ sentence: String) -> String {
        var lines: [String] = []
        var line = "#"
        for word in sentence.split(separator: " ") {
            if line.count + word.count >= 98 {
                lines.append(line)
                line = "#"
            }
            line += " \(word)"
        }
        return (lines + [line]).map { $0 + "\n" }.joined()
    }
}
