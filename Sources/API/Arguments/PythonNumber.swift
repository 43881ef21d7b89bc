/// Numbers in the forms Python's `int()` and `float()` take, which are the ones Panko's users know.
enum PythonNumber: Sendable, Equatable {
    case integer(Int64)
    /// Beyond int64.
    case integerBeyond(isNegative: Bool)

    /// `int(text)`: spaces around it, a sign, digits of any script, single `_` between digits.
    init?(integer text: String) {
        var scalars = Self.trimmed(text)[...]
        let sign = Self.takeSign(&scalars)
        guard let digits = Self.digits(scalars), !digits.isEmpty else { return nil }
        var value: Int64 = 0
        for digit in digits {
            let (product, first) = value.multipliedReportingOverflow(by: 10)
            // Counted downwards, because the smallest integer has no positive counterpart.
            let (rest, second) = product.subtractingReportingOverflow(Int64(digit))
            if first || second {
                self = .integerBeyond(isNegative: sign < 0)
                return
            }
            value = rest
        }
        if sign > 0, value == .min {
            self = .integerBeyond(isNegative: false)
        } else {
            self = .integer(sign > 0 ? -value : value)
        }
    }

    /// `float(text)`: as above, with a fraction and an exponent, `inf`, `infinity` and `nan`.
    static func double(_ text: String) -> Double? {
        var scalars = trimmed(text)[...]
        let sign = takeSign(&scalars)
        let word = String(String.UnicodeScalarView(scalars)).lowercased()
        if word == "inf" || word == "infinity" { return sign < 0 ? -.infinity : .infinity }
        if word == "nan" { return .nan }
        var plain = sign < 0 ? "-" : ""
        let mark = scalars.firstIndex { $0 == "e" || $0 == "E" } ?? scalars.endIndex
        let parts = scalars[..<mark].split(
            separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = digits(parts[0]), let fraction = digits(parts.count == 2 ? parts[1] : []),
            !whole.isEmpty || !fraction.isEmpty
        else { return nil }
        plain += (whole.isEmpty ? [0] : whole).map(String.init).joined() + "."
        plain += (fraction.isEmpty ? [0] : fraction).map(String.init).joined()
        if mark < scalars.endIndex {
            var exponent = scalars[(mark + 1)...]
            let sign = takeSign(&exponent)
            guard let digits = digits(exponent), !digits.isEmpty else { return nil }
            plain += (sign < 0 ? "e-" : "e") + digits.map(String.init).joined()
        }
        return Double(plain)
    }

    private static func trimmed(_ text: String) -> [Unicode.Scalar] {
        let scalars = Array(text.unicodeScalars)
        let start = scalars.firstIndex { !$0.properties.isWhitespace } ?? scalars.endIndex
        let end = scalars.lastIndex { !$0.properties.isWhitespace } ?? start - 1
        return Array(scalars[start..<(end + 1)])
    }

    /// -1 or 1.
    private static func takeSign(_ scalars: inout ArraySlice<Unicode.Scalar>) -> Int {
        guard let first = scalars.first, first == "-" || first == "+" else { return 1 }
        scalars.removeFirst()
        return first == "-" ? -1 : 1
    }

    /// The digits, also none; nil where something else is among them or `_` is not between two.
    private static func digits(_ scalars: ArraySlice<Unicode.Scalar>) -> [Int]? {
        var result: [Int] = []
        var wasDigit = false
        for scalar in scalars {
            if scalar == "_", wasDigit {
                wasDigit = false
                continue
            }
            guard scalar.properties.numericType == .decimal,
                let value = scalar.properties.numericValue
            else { return nil }
            result.append(Int(value))
            wasDigit = true
        }
        return wasDigit || scalars.isEmpty ? result : nil
    }
}
