internal import Values

extension PolicyRules {
    /// What the operator should know of the rules in files, a sentence each.
    package var problems: [String] {
        let asked = Set(rules.flatMap { $0.check.references }.map { ExactText($0) })
        let builtIn = Set(BuiltInRule.all.map { ExactText($0.name) } + ["default"])
        return rules.filter { $0.file != nil }.flatMap { rule -> [String] in
            let place = "\(rule.file ?? ""): the rule \(rule.name)"
            let name = ExactText(rule.name)
            return rule.check.problems.map { "\(place): \($0)" }
                + rule.check.references.filter { checks[ExactText($0)] == nil }
                .map { "\(place) asks the rule \($0), which does not exist" }
                + (cycle(through: name).map { ["\(place) \($0)"] } ?? [])
                + (builtIn.contains(name) || asked.contains(name)
                    ? [] : ["\(place) is asked by nobody"])
        }
    }

    /// Says how a rule asks itself; nil where it does not.
    private func cycle(through start: ExactText) -> String? {
        var askedBy: [ExactText: ExactText] = [:]
        var reached = [start]
        var next = 0
        while next < reached.count {
            let name = reached[next]
            next += 1
            for other in asked(by: name) {
                if other == start { return Self.sentence(way(to: name, from: start, askedBy)) }
                if askedBy[other] == nil {
                    askedBy[other] = name
                    reached.append(other)
                }
            }
        }
        return nil
    }

    private func asked(by name: ExactText) -> [ExactText] {
        (checks[name]?.references ?? []).compactMap { reference in
            let name = ExactText(reference)
            if checks[name] != nil { return name }
            return checks[PolicyEvaluation.defaultRule] == nil ? nil : PolicyEvaluation.defaultRule
        }
    }

    /// The rules between both, in the order in which they are asked.
    private func way(
        to last: ExactText, from start: ExactText, _ askedBy: [ExactText: ExactText]
    ) -> [ExactText] {
        var way: [ExactText] = []
        var name = last
        while name != start, let previous = askedBy[name] {
            way.append(name)
            name = previous
        }
        return way.reversed()
    }

    private static func sentence(_ way: [ExactText]) -> String {
        let names = way.map(\.text).joined(separator: ", ")
        return "asks itself" + (way.isEmpty ? "" : " by way of \(names)")
            + ", and lets nobody in where it gets that far"
    }
}
