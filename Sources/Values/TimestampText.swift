extension Timestamp: CustomStringConvertible {
    /// `2020-01-02T10:00:00`, and six digits of fraction when there is one. No zone: it is UTC.
    ///
    /// - Source: Python's `datetime.isoformat()`, which Ceilometer and Panko write.
    package var description: String {
        String(decoding: isoText, as: UTF8.self)
    }

    /// The bytes of `description`: 19 or 26 of ASCII.
    package var isoText: [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(26)
        let date = self.date
        let time = self.time
        text.append(decimal: date.year, digits: 4)
        text.append(UInt8(ascii: "-"))
        text.append(decimal: date.month, digits: 2)
        text.append(UInt8(ascii: "-"))
        text.append(decimal: date.day, digits: 2)
        text.append(UInt8(ascii: "T"))
        text.append(decimal: time.hour, digits: 2)
        text.append(UInt8(ascii: ":"))
        text.append(decimal: time.minute, digits: 2)
        text.append(UInt8(ascii: ":"))
        text.append(decimal: time.second, digits: 2)
        if time.microsecond != 0 {
            text.append(UInt8(ascii: "."))
            text.append(decimal: time.microsecond, digits: 6)
        }
        return text
    }

    /// Reads what Panko's clients send: see `TimestampReader`. No zone means UTC.
    ///
    /// - Returns: nil where the text is no such date; the caller knows the name of the parameter.
    package init?(_ text: String) {
        var copy = text
        let read = copy.withUTF8 { bytes in
            var reader = unsafe TimestampReader(bytes)
            return reader.timestamp()
        }
        guard let read else { return nil }
        self = read
    }
}

extension [UInt8] {
    /// Appends a number that is not negative, padded with zeros to `digits`.
    fileprivate mutating func append(decimal number: Int, digits: Int) {
        var divisor = 1
        for _ in 1..<digits { divisor *= 10 }
        while divisor > 0 {
            append(UInt8(ascii: "0") + UInt8(number / divisor % 10))
            divisor /= 10
        }
    }
}
