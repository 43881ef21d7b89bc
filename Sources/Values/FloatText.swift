extension Double {
    /// The shortest text that reads back as this number, in the form Panko's clients know:
    /// `1.0`, `1e-07`, `1e+22`, `1000000000000000.0`.
    ///
    /// - Source: Python's `repr(float)`: an exponent below 1e-4 and from 1e16, two digits at least.
    package var shortestText: String {
        if isNaN { return "nan" }
        if isInfinite { return self < 0 ? "-inf" : "inf" }
        var (digits, point, negative) = shortestDigits
        // `point` is where the decimal point stands, counted from the first digit.
        let exponent = point - 1
        let sign = negative ? "-" : ""
        if exponent < -4 || exponent >= 16 {
            let first = digits.removeFirst()
            let fraction = digits.isEmpty ? "" : "." + String(digits)
            let size = abs(exponent) < 10 ? "0\(abs(exponent))" : "\(abs(exponent))"
            return "\(sign)\(first)\(fraction)e\(exponent < 0 ? "-" : "+")\(size)"
        }
        if point <= 0 {
            return sign + "0." + String(repeating: "0", count: -point) + String(digits)
        }
        if point >= digits.count {
            return sign + String(digits) + String(repeating: "0", count: point - digits.count)
                + ".0"
        }
        return sign + String(digits[..<point]) + "." + String(digits[point...])
    }

    /// Swift's own description is the shortest too, but places the exponent elsewhere.
    private var shortestDigits: (digits: [Character], point: Int, negative: Bool) {
        var digits: [Character] = []
        var point: Int?
        var exponent = 0
        var text = Substring(description)
        let negative = text.first == "-"
        if negative { text.removeFirst() }
        if let mark = text.firstIndex(of: "e") {
            exponent = Int(text[text.index(after: mark)...]) ?? 0
            text = text[..<mark]
        }
        for character in text {
            if character == "." { point = digits.count } else { digits.append(character) }
        }
        var place = (point ?? digits.count) + exponent
        while digits.count > 1, digits.first == "0" {
            digits.removeFirst()
            place -= 1
        }
        while digits.count > 1, digits.last == "0" { digits.removeLast() }
        return digits == ["0"] ? (digits, 1, negative) : (digits, place, negative)
    }
}
