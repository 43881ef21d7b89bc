/// Percent-encoding (RFC 3986 section 2.1), read as Python's `urllib` reads it.
package enum PercentCoding {
    /// The segments of a path, decoded before it is split, as WSGI does: `%2F` separates too.
    ///
    /// - Returns: nil where a segment is not UTF-8.
    package static func segments(of path: String) -> [String]? {
        guard let decoded = text(of: Array(path.utf8)) else { return nil }
        return decoded.split(separator: "/").map(String.init)
    }

    /// The decoded bytes as text; nil where they are not UTF-8.
    package static func text(of encoded: some Collection<UInt8>) -> String? {
        String(validating: decoded(encoded), as: UTF8.self)
    }

    /// Bytes behind `%` that are no hexadecimal digits stay as they are.
    private static func decoded(_ encoded: some Collection<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(encoded.count)
        var rest = encoded[...]
        while let byte = rest.popFirst() {
            let digits = rest.prefix(2).map(digit)
            if byte == UInt8(ascii: "%"), digits.count == 2, let high = digits[0],
                let low = digits[1]
            {
                result.append(high << 4 | low)
                rest = rest.dropFirst(2)
            } else {
                result.append(byte)
            }
        }
        return result
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
