import SQL
import Values

/// What a column of Panko's holds, whatever type the server gave it.
extension SQLValue {
    /// Nil where it is null.
    var text: String? {
        switch self {
        case .null: nil
        case .text(let text): text
        case .integer(let number): String(number)
        case .real(let number): number.shortestText
        case .blob(let bytes): String(decoding: bytes, as: UTF8.self)
        }
    }

    /// Nil where it is no integer of 64 bits, written in any other way than its digits.
    var wholeNumber: Int64? {
        switch self {
        case .integer(let number): number
        case .text(let text): Int64(text).flatMap { String($0) == text ? $0 : nil }
        case .null, .real, .blob: nil
        }
    }

    /// Nil where it is no number.
    var number: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .real(let number): number
        case .null, .text, .blob: nil
        }
    }

    /// Nil where it is no time, or one outside the years 1 to 9999.
    func time(in dialect: PankoDialect) -> Timestamp? {
        guard case .text(let text) = self else { return nil }
        return dialect == .mysql ? Timestamp(decimalSeconds: text) : Timestamp(text)
    }
}

extension Timestamp {
    /// Seconds since 1970 with a fraction: `1577836800.123456`, as `CAST(… AS char)` writes
    /// DECIMAL(20,6). Digit by digit: a double does not hold them all.
    init?(decimalSeconds text: String) {
        let isNegative = text.hasPrefix("-")
        let parts = text.dropFirst(isNegative ? 1 : 0)
            .split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, let seconds = Int64(whole), seconds >= 0 else { return nil }
        let digits = parts.count == 2 ? String(parts[1].prefix(6)) : ""
        let padded = digits + String(repeating: "0", count: 6 - digits.count)
        guard let fraction = Int64(padded), fraction >= 0 else { return nil }
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        if overflow { return nil }
        let (sum, tooMany) = product.addingReportingOverflow(fraction)
        if tooMany { return nil }
        self.init(microseconds: isNegative ? -sum : sum)
    }
}
