/// Reads the language of rules: `not` binds before `and`, `and` before `or`.
///
/// Shifts words and reduces greedily, as the original does, so that both take the same texts for
/// rules.
///
/// - Source: oslo.policy 6.0.1, `_parser.py`.
struct PolicyParser {
    private enum Token {
        case open, close, and, or, not
        /// A text in quotes, which stands for nothing.
        case string
        case check(Tree)
        case conjunction([Tree])
        case alternatives([Tree])
    }

    /// A check and how deep it nests, so that no rule can use up the stack.
    private struct Tree {
        private static let deepest = 100
        let check: PolicyCheck
        let depth: Int

        init(_ check: PolicyCheck, over trees: [Tree] = []) {
            depth = (trees.map(\.depth).max() ?? 0) + 1
            self.check = depth > Self.deepest ? .unreadable("nests too deep") : check
        }

        static func all(_ trees: [Tree]) -> Tree { Tree(.all(trees.map(\.check)), over: trees) }
        static func any(_ trees: [Tree]) -> Tree { Tree(.any(trees.map(\.check)), over: trees) }
    }

    private var stack: [Token] = []

    static func check(_ text: PolicyText) -> PolicyCheck {
        switch text {
        case .text(let text): check(text)
        case .list(let lists): check(lists)
        }
    }

    private static func check(_ text: String) -> PolicyCheck {
        if text.isEmpty { return .always }
        var parser = PolicyParser()
        for token in tokens(of: text) {
            parser.stack.append(token)
            parser.reduce()
        }
        guard let tree = parser.result else {
            return .unreadable("cannot be read as a rule: \(text)")
        }
        return tree.check
    }

    private static func check(_ lists: [[PolicyText.Condition]]) -> PolicyCheck {
        if lists.isEmpty { return .always }
        let alternatives = lists.filter { !$0.isEmpty }.map { list in
            PolicyCheck.all(list.map(check))
        }
        return .any(alternatives)
    }

    private static func check(_ condition: PolicyText.Condition) -> PolicyCheck {
        switch condition {
        case .text(let text): PolicyAtom.check(text)
        case .other(let shown): PolicyAtom.broken("\(shown) is no check: lists nest two deep")
        }
    }

    private var result: Tree? {
        guard stack.count == 1, let token = stack.first else { return nil }
        return switch token {
        case .check(let tree): tree
        case .conjunction(let trees): .all(trees)
        case .alternatives(let trees): .any(trees)
        case .open, .close, .and, .or, .not, .string: nil
        }
    }

    private mutating func reduce() {
        while reduceThree() || reduceTwo() {}
    }

    /// The last three tokens as one, if they make one.
    private mutating func reduceThree() -> Bool {
        guard stack.count >= 3 else { return false }
        let made: Token
        switch (stack[stack.count - 3], stack[stack.count - 2], stack[stack.count - 1]) {
        case (.open, .check(let tree), .close): made = .check(tree)
        case (.open, .conjunction(let trees), .close): made = .check(.all(trees))
        case (.open, .alternatives(let trees), .close): made = .check(.any(trees))
        case (.check(let left), .and, .check(let right)): made = .conjunction([left, right])
        case (.conjunction(let trees), .and, .check(let tree)): made = .conjunction(trees + [tree])
        case (.alternatives(let trees), .and, .check(let tree)):
            made = .alternatives(trees.dropLast() + [.all(trees.suffix(1) + [tree])])
        case (.check(let left), .or, .check(let right)): made = .alternatives([left, right])
        case (.conjunction(let trees), .or, .check(let tree)):
            made = .alternatives([.all(trees), tree])
        case (.alternatives(let trees), .or, .check(let tree)): made = .alternatives(trees + [tree])
        default: return false
        }
        stack.removeLast(3)
        stack.append(made)
        return true
    }

    private mutating func reduceTwo() -> Bool {
        guard case .check(let tree) = stack.last, case .not = stack.dropLast().last else {
            return false
        }
        stack.removeLast(2)
        stack.append(.check(Tree(.not(tree.check), over: [tree])))
        return true
    }

    /// Words with blanks between them; parentheses count only where a word begins or ends, because
    /// `%(name)s` has some inside.
    private static func tokens(of text: String) -> [Token] {
        text.unicodeScalars.split(whereSeparator: PolicyAtom.isBlank).flatMap { word in
            let inner = word.drop { $0 == "(" }
            let trailing = inner.reversed().prefix { $0 == ")" }.count
            let clean = inner.dropLast(trailing)
            var tokens = [Token](repeating: .open, count: word.count - inner.count)
            if !clean.isEmpty { tokens.append(token(String(clean), isQuoted: isQuoted(inner))) }
            return tokens + [Token](repeating: .close, count: trailing)
        }
    }

    private static func isQuoted(_ word: Substring.UnicodeScalarView) -> Bool {
        word.count >= 2 && word.first == word.last && (word.first == "'" || word.first == "\"")
    }

    private static func token(_ word: String, isQuoted: Bool) -> Token {
        switch word.lowercased() {
        case "and": .and
        case "or": .or
        case "not": .not
        case _ where isQuoted: .string
        default: .check(Tree(PolicyAtom.check(word)))
        }
    }
}
