/// The binary form of a `numeric` as decimal text: `-12.50`, `NaN`.
///
/// The form: number of digits, weight of the first, sign, digits shown after the point, each in two
/// bytes; then the digits themselves, of base 10,000.
///
/// - Source: PostgreSQL 15, `numeric_send` in src/backend/utils/adt/numeric.c.
struct DecimalText {
    let text: String

    init(_ bytes: UnsafeRawBufferPointer) {
        let words = stride(from: 0, to: bytes.count - 1, by: 2).map {
            Int(bytes[$0]) << 8 | Int(bytes[$0 + 1])
        }
        guard words.count >= 4 else {
            text = ""
            return
        }
        switch words[2] {
        case 0xC000: text = "NaN"
        case 0xD000: text = "Infinity"
        case 0xF000: text = "-Infinity"
        default:
            text = Self.decimal(
                Array(words[4...]), weight: Int(Int16(truncatingIfNeeded: words[1])),
                isNegative: words[2] == 0x4000, scale: words[3])
        }
    }

    private static func decimal(
        _ digits: [Int], weight: Int, isNegative: Bool, scale: Int
    ) -> String {
        func group(_ place: Int) -> String {
            let digit = digits.indices.contains(place) ? digits[place] : 0
            return String(repeating: "0", count: 4 - String(digit).count) + String(digit)
        }
        var whole = weight < 0 ? "0" : (0...weight).map(group).joined()
        let leading = whole.prefix { $0 == "0" }.count
        whole.removeFirst(min(leading, whole.count - 1))
        let groups = (scale + 3) / 4
        let fraction = (0..<groups).map { group(weight + 1 + $0) }.joined().prefix(scale)
        return (isNegative ? "-" : "") + whole + (scale > 0 ? "." + fraction : "")
    }
}
