internal import Values

/// All rules in force: those of the files over the built-in ones.
package struct PolicyRules: Sendable {
    /// In the order of the built-in rules, then those that only files have, by name.
    package let rules: [Rule]
    let checks: [ExactText: PolicyCheck]
    private let failures: PolicyFailures?

    package struct Rule: Sendable {
        package let name: String
        package let text: PolicyText
        /// The file it stands in; nil for a built-in rule that no file changes.
        package let file: String?
        let check: PolicyCheck

        init(_ name: String, _ text: PolicyText, file: String?) {
            self.name = name
            self.text = text
            self.file = file
            check = PolicyParser.check(text)
        }
    }

    /// - Parameters:
    ///   - files: the rules of each, in the order they are applied: the last one wins.
    ///   - builtIn: what holds where no file says otherwise.
    ///   - failures: told of rules that cannot be evaluated.
    package init(
        _ files: [PolicyFile] = [], over builtIn: [BuiltInRule] = BuiltInRule.all,
        failures: PolicyFailures? = nil
    ) {
        var found: [ExactText: Rule] = [:]
        var order = builtIn.map { ExactText($0.name) }
        for rule in builtIn {
            found[ExactText(rule.name)] = Rule(rule.name, .text(rule.text), file: nil)
        }
        for file in files {
            for (name, text) in file.rules {
                found[ExactText(name)] = Rule(name, text, file: file.path)
            }
        }
        order += found.keys.filter { name in !builtIn.contains { $0.name == name.text } }.sorted()
        rules = order.compactMap { found[$0] }
        checks = found.mapValues(\.check)
        self.failures = failures
    }

    /// What holds without any file.
    package static let builtIn = PolicyRules()

    package enum Decision: Sendable, Equatable {
        case allowed
        case denied
        /// Denied, because the rule cannot be evaluated.
        case failed(reason: String)
    }

    package func decide(
        _ rule: String, for credentials: PolicyValue, on target: PolicyValue = .nothing
    ) -> Decision {
        var evaluation = PolicyEvaluation(checks, credentials: credentials, target: target)
        do throws(PolicyFailure) {
            return try evaluation.holds(rule: rule) ? .allowed : .denied
        } catch {
            return .failed(reason: error.reason)
        }
    }

    package func allows(_ rule: String, _ credentials: PolicyValue) -> Bool {
        switch decide(rule, for: credentials) {
        case .allowed: return true
        case .denied: return false
        case .failed(let reason):
            failures?.note(rule, reason)
            return false
        }
    }
}
