/// Why the settings cannot be used: everything that is wrong with them, each with its key.
package struct SettingsError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Sentences for the operator. Never empty, never with a secret.
    package let problems: [String]

    package init(_ problems: [String]) {
        self.problems = problems
    }

    package var description: String {
        problems.joined(separator: "\n")
    }
}
