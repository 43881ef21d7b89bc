internal import Values

/// One rule, read: a tree of checks.
///
/// - Source: oslo.policy 6.0.1, `_checks.py`.
indirect enum PolicyCheck: Sendable, Equatable {
    /// `@`, and the empty rule.
    case always
    /// `!`
    case never
    /// `role:name`, without case.
    case role(PolicyTemplate)
    /// `rule:name`
    case rule(String)
    /// `'text':%(attribute)s`: the target's attribute is this text.
    case literal(String, PolicyTemplate)
    /// `path.to.attribute:text`: the caller's attribute is this text, or has it among its items.
    case attribute([String], PolicyTemplate)
    case not(PolicyCheck)
    case all([PolicyCheck])
    case any([PolicyCheck])
    /// Nobody can tell what was meant: never holds, and the operator is told.
    case unreadable(String)
    /// Breaks the whole decision where it is asked and the target has what the right side wants:
    /// oslo.policy raises an exception there.
    case broken(String, PolicyTemplate)

    /// What the operator should know of the rule; empty where all is well.
    var problems: [String] {
        switch self {
        case .unreadable(let reason), .broken(let reason, _): [reason]
        case .not(let check): check.problems
        case .all(let checks), .any(let checks): checks.flatMap(\.problems)
        case .role(let template), .literal(_, let template), .attribute(_, let template):
            template.problems
        case .always, .never, .rule: []
        }
    }

    /// The names of the rules it asks.
    var references: [String] {
        switch self {
        case .rule(let name): [name]
        case .not(let check): check.references
        case .all(let checks), .any(let checks): checks.flatMap(\.references)
        default: []
        }
    }
}

/// The right side of a check: text with `%(name)s` in it, which the target fills in.
struct PolicyTemplate: Sendable, Equatable {
    private enum Piece: Sendable, Equatable {
        case text(String)
        case attribute(String)
        case malformed
    }

    private var pieces: [Piece] = []
    private let source: String

    /// - Source: Python's `%` on a text and a mapping, of which rules use `%(name)s` and `%%`.
    init(_ source: String) {
        self.source = source
        var rest = source.unicodeScalars[...]
        while let percent = rest.firstIndex(of: "%") {
            append(rest[..<percent])
            rest = rest[rest.index(after: percent)...]
            if rest.first == "%" {
                append("%")
                rest.removeFirst()
            } else if let name = Self.takeName(from: &rest), rest.popFirst() == "s" {
                pieces.append(.attribute(name))
            } else {
                pieces.append(.malformed)
                return
            }
        }
        append(rest)
    }

    var problems: [String] {
        pieces.contains(.malformed) ? ["\(source) has a % that is no %(name)s"] : []
    }

    /// The text; nil where the target lacks an attribute.
    func text(for target: PolicyValue) throws(PolicyFailure) -> String? {
        var text = ""
        for piece in pieces {
            switch piece {
            case .text(let piece): text += piece
            case .attribute(let name):
                guard let value = target.member(name) else { return nil }
                text += value.pythonText
            case .malformed: throw PolicyFailure(problems.joined())
            }
        }
        return text
    }

    private mutating func append(_ scalars: Substring.UnicodeScalarView) {
        if !scalars.isEmpty { pieces.append(.text(String(scalars))) }
    }

    private mutating func append(_ text: String) {
        pieces.append(.text(text))
    }

    /// `(name)`, in which parentheses come in pairs.
    private static func takeName(from rest: inout Substring.UnicodeScalarView) -> String? {
        guard rest.popFirst() == "(" else { return nil }
        var name = String.UnicodeScalarView()
        var depth = 1
        while let scalar = rest.popFirst() {
            if scalar == "(" { depth += 1 }
            if scalar == ")" { depth -= 1 }
            if depth == 0 { return String(name) }
            name.append(scalar)
        }
        return nil
    }
}

/// A decision that cannot be made; whoever asked is denied.
struct PolicyFailure: Error, Sendable, Equatable {
    let reason: String

    init(_ reason: String) {
        self.reason = reason
    }
}
