internal import Values

/// One decision: the rules against one caller and one target.
///
/// - Source: oslo.policy 6.0.1, `_checks.py`. Where that raises an exception, the decision fails,
///   also behind a `not`: nobody is let in by a rule that cannot be evaluated.
struct PolicyEvaluation {
    private let checks: [ExactText: PolicyCheck]
    private let credentials: PolicyValue
    private let target: PolicyValue
    /// The rules that are being asked, from the first to the innermost.
    private var asked: [ExactText] = []

    /// Asked where a rule has no other name.
    static let defaultRule: ExactText = "default"
    private static let mostAsked = 100

    init(
        _ checks: [ExactText: PolicyCheck], credentials: PolicyValue, target: PolicyValue
    ) {
        self.checks = checks
        self.credentials = Self.withSystem(credentials)
        self.target = target
    }

    /// Old rules say `system:all` for what is `system_scope:all` now.
    private static func withSystem(_ credentials: PolicyValue) -> PolicyValue {
        guard case .object(let members) = credentials,
            let scope = credentials.member("system_scope"), scope.isTruthful
        else { return credentials }
        return .object(members + [PolicyValue.Member("system", scope)])
    }

    /// False also where there is no such rule, and no `default` either.
    mutating func holds(rule name: String) throws(PolicyFailure) -> Bool {
        var name = ExactText(name)
        if checks[name] == nil { name = Self.defaultRule }
        guard let check = checks[name] else { return false }
        guard !asked.contains(name), asked.count < Self.mostAsked else {
            throw PolicyFailure("the rule \(name.text) asks itself")
        }
        asked.append(name)
        let holds = try self.holds(check)
        asked.removeLast()
        return holds
    }

    private mutating func holds(_ check: PolicyCheck) throws(PolicyFailure) -> Bool {
        switch check {
        case .always: return true
        case .never, .unreadable: return false
        case .rule(let name): return try holds(rule: name)
        case .not(let check): return try !holds(check)
        case .all(let checks):
            for check in checks where try !holds(check) { return false }
            return true
        case .any(let checks):
            for check in checks where try holds(check) { return true }
            return false
        case .role(let template):
            guard let role = try template.text(for: target) else { return false }
            return try holdsRole(role)
        case .literal(let text, let template):
            return try template.text(for: target)?.isExactly(text) ?? false
        case .attribute(let path, let template):
            guard let text = try template.text(for: target) else { return false }
            return try Self.isText(text, at: path[...], in: credentials)
        case .broken(let reason, let template):
            guard try template.text(for: target) != nil else { return false }
            throw PolicyFailure(reason)
        }
    }

    private func holdsRole(_ role: String) throws(PolicyFailure) -> Bool {
        switch credentials.member("roles") {
        case nil: return false
        case .list(let roles):
            let wanted = role.lowercased()
            for known in roles {
                guard case .text(let known) = known else {
                    throw PolicyFailure("a role is no text")
                }
                if known.lowercased().isExactly(wanted) { return true }
            }
            return false
        default: throw PolicyFailure("roles are no list")
        }
    }

    /// Of a list one item has to be that text.
    private static func isText(
        _ wanted: String, at path: ArraySlice<String>, in value: PolicyValue
    ) throws(PolicyFailure) -> Bool {
        guard let name = path.first else { return value.pythonText.isExactly(wanted) }
        guard case .object = value else {
            throw PolicyFailure("there is no attribute \(name) in what is no object")
        }
        guard let found = value.member(name) else { return false }
        guard case .list(let items) = found else {
            return try isText(wanted, at: path.dropFirst(), in: found)
        }
        for item in items where try isText(wanted, at: path.dropFirst(), in: item) { return true }
        return false
    }
}

extension PolicyValue {
    /// Python's idea of what counts as true.
    fileprivate var isTruthful: Bool {
        switch self {
        case .null: false
        case .boolean(let flag): flag
        case .number(let text): Double(text) != 0
        case .text(let text): !text.isEmpty
        case .list(let items): !items.isEmpty
        case .object(let members): !members.isEmpty
        }
    }
}
