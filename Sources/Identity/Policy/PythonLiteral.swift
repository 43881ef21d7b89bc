internal import Values

/// The left side of a check, as Python reads it: oslo.policy hands it to `ast.literal_eval`.
///
/// What that takes and this does not (lists, bytes, two texts beside each other) is `.invalid`: who
/// writes it is told, and it lets nobody in.
enum PythonLiteral: Equatable {
    /// Its value as Python prints it.
    case literal(String)
    /// Identifiers with dots between them.
    case name([String])
    /// Python raises an exception, or takes it for something that is neither.
    case invalid

    init(_ source: String) {
        let scalars = source.unicodeScalars
        if ["True", "False", "None"].contains(source) {
            self = .literal(source)
        } else if let first = scalars.first, "0123456789+-.".unicodeScalars.contains(first) {
            self = PythonNumber.text(of: source).map { .literal($0) } ?? .invalid
        } else if scalars.contains("'") || scalars.contains("\"") {
            self = PythonText(scalars).map { .literal($0.value) } ?? .invalid
        } else {
            let path = scalars.split(separator: ".", omittingEmptySubsequences: false)
                .map { String($0) }
            self = path.allSatisfy(Self.isIdentifier) ? .name(path) : .invalid
        }
    }

    private static func isIdentifier(_ word: String) -> Bool {
        guard let first = word.unicodeScalars.first, !keywords.contains(word) else { return false }
        return (first == "_" || first.properties.isXIDStart)
            && word.unicodeScalars.allSatisfy { $0 == "_" || $0.properties.isXIDContinue }
    }

    /// - Source: Python 3.13, `keyword.kwlist`.
    private static let keywords: Set<String> = [
        "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class",
        "continue", "def", "del", "elif", "else", "except", "finally", "for", "from", "global",
        "if", "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return",
        "try", "while", "with", "yield",
    ]
}

/// A number as it stands in a program of Python.
private enum PythonNumber {
    /// As Python prints it; nil where it is none, or too large for us.
    static func text(of source: String) -> String? {
        let text = source.lowercased()
        let isNegative = text.hasPrefix("-")
        let digits = text.dropFirst(isNegative || text.hasPrefix("+") ? 1 : 0)
        for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] where digits.hasPrefix(prefix) {
            return whole(digits.dropFirst(2), radix).map { isNegative ? "\(-$0)" : "\($0)" }
        }
        guard let plain = withoutSeparators(digits), plain.utf8.first.map(isDigitOrPoint) == true
        else { return nil }
        return plain.utf8.allSatisfy(isDigit)
            ? decimal(plain, isNegative: isNegative) : float(plain, isNegative: isNegative)
    }

    private static func whole(_ digits: Substring, _ radix: Int) -> Int? {
        let groups = (digits.hasPrefix("_") ? digits.dropFirst() : digits)
            .split(separator: "_", omittingEmptySubsequences: false)
        // Swift would take a sign here.
        guard groups.allSatisfy({ $0.first?.isHexDigit == true }) else { return nil }
        return Int(groups.joined(), radix: radix)
    }

    private static func decimal(_ digits: String, isNegative: Bool) -> String? {
        if digits.utf8.allSatisfy({ $0 == UInt8(ascii: "0") }) { return "0" }
        return digits.hasPrefix("0") ? nil : (isNegative ? "-" : "") + digits
    }

    private static func float(_ text: String, isNegative: Bool) -> String? {
        guard text.utf8.allSatisfy({ isDigit($0) || ".e+-".utf8.contains($0) }) else { return nil }
        // Swift wants a digit on both sides of the point.
        let padded = (text.hasPrefix(".") ? "0" : "") + text.replacing(".e", with: ".0e")
        let value = Double(padded.hasSuffix(".") ? padded + "0" : padded)
        return value.map { (isNegative ? -$0 : $0).shortestText }
    }

    /// Nil where an underscore has not a digit on either side.
    private static func withoutSeparators(_ text: Substring) -> String? {
        let groups = text.split(separator: "_", omittingEmptySubsequences: false)
        for (left, right) in zip(groups, groups.dropFirst()) {
            guard left.utf8.last.map(isDigit) == true, right.utf8.first.map(isDigit) == true else {
                return nil
            }
        }
        return groups.joined()
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    private static func isDigitOrPoint(_ byte: UInt8) -> Bool {
        isDigit(byte) || byte == UInt8(ascii: ".")
    }
}

/// A text in quotes as it stands in a program of Python, with `u` or `r` before it or nothing.
private struct PythonText {
    private(set) var value = ""
    private var rest: Substring.UnicodeScalarView

    /// Nil where it is none, and where Python would warn of a backslash that escapes nothing.
    init?(_ source: String.UnicodeScalarView) {
        rest = source[...]
        var isRaw = false
        switch rest.first {
        case "u", "U": rest.removeFirst()
        case "r", "R":
            isRaw = true
            rest.removeFirst()
        default: break
        }
        guard let quote = rest.popFirst(), quote == "'" || quote == "\"" else { return nil }
        var text = String.UnicodeScalarView()
        while let scalar = rest.popFirst() {
            switch scalar {
            case quote:
                guard rest.isEmpty else { return nil }
                value = String(text)
                return
            case "\n", "\r", "\0": return nil
            case "\\" where isRaw:
                guard let next = rest.popFirst() else { return nil }
                text += [scalar, next]
            case "\\":
                guard let meant = takeEscaped() else { return nil }
                text.append(meant)
            default: text.append(scalar)
            }
        }
        return nil
    }

    private static let escapes: [Unicode.Scalar: Unicode.Scalar] = [
        "\\": "\\", "'": "'", "\"": "\"", "n": "\n", "r": "\r", "t": "\t", "a": "\u{7}",
        "b": "\u{8}", "f": "\u{C}", "v": "\u{B}",
    ]

    /// What stands behind a backslash.
    private mutating func takeEscaped() -> Unicode.Scalar? {
        guard let first = rest.first else { return nil }
        if let count = ["x": 2, "u": 4, "U": 8][first] {
            rest.removeFirst()
            let digits = rest.prefix(count)
            rest = rest.dropFirst(count)
            return digits.count == count ? Self.scalar(digits, radix: 16) : nil
        }
        let octal = rest.prefix(3).prefix { ("0"..."7").contains($0) }
        if !octal.isEmpty {
            rest = rest.dropFirst(octal.count)
            return Self.scalar(octal, radix: 8)
        }
        rest.removeFirst()
        return Self.escapes[first]
    }

    private static func scalar(
        _ digits: Substring.UnicodeScalarView, radix: Int
    ) -> Unicode.Scalar? {
        guard digits.allSatisfy(\.properties.isASCIIHexDigit) else { return nil }
        return UInt32(String(digits), radix: radix).flatMap(Unicode.Scalar.init)
    }
}
