/// Reads the ISO 8601 forms that Panko accepts, and refuses the ones it refuses.
///
/// `YYYY`, `YYYY-MM`, `YYYY-M-D`, `YYYYMMDD`; then `T` or one space; then `hh`, `hh:mm`, `hhmm`,
/// `hh:mm:ss`, `hhmmss`; a fraction after `.` or `,`, cut to microseconds; `Z`, `+hh`, `+hhmm`,
/// `+hh:mm`. A zone needs a time before it.
///
/// - Source: the probe of Panko 10.0.0 (iso8601 library) recorded in the contract.
struct TimestampReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: some Sequence<UInt8>) {
        self.bytes = Array(bytes)
    }

    /// Nil unless the whole text is a date in range.
    mutating func timestamp() -> Timestamp? {
        guard let date = self.date() else { return nil }
        guard position < bytes.count else { return Timestamp(date: date, time: ClockTime()) }
        guard skip("T") || skip(" ") else { return nil }
        guard let time = self.time(), let offset = self.offset(), position == bytes.count else {
            return nil
        }
        return Timestamp(date: date, time: time, offset: offset)
    }

    private mutating func date() -> CivilDate? {
        guard let year = number(digits: 4...4) else { return nil }
        if skip("-") {
            guard let month = number(digits: 1...2) else { return nil }
            guard skip("-") else { return CivilDate(year: year, month: month, day: 1) }
            guard let day = number(digits: 1...2) else { return nil }
            return CivilDate(year: year, month: month, day: day)
        }
        guard position < bytes.count else { return CivilDate(year: year, month: 1, day: 1) }
        guard let month = number(digits: 2...2), let day = number(digits: 2...2) else { return nil }
        return CivilDate(year: year, month: month, day: day)
    }

    private mutating func time() -> ClockTime? {
        guard let hour = number(digits: 2...2) else { return nil }
        var time = ClockTime(hour: hour)
        let colon = skip(":")
        guard let minute = number(digits: 2...2) else { return colon ? nil : time }
        time.minute = minute
        let secondFollows = colon ? skip(":") : true
        guard secondFollows, let second = number(digits: 2...2) else {
            return colon && secondFollows ? nil : time
        }
        time.second = second
        if skip(".") || skip(",") {
            guard let fraction = self.fraction() else { return nil }
            time.microsecond = fraction
        }
        return time
    }

    /// Any number of digits, at least one; those beyond the sixth are cut.
    private mutating func fraction() -> Int? {
        var value = 0
        var digits = 0
        while let digit = nextDigit() {
            if digits < 6 { value = value * 10 + digit }
            digits += 1
        }
        guard digits > 0 else { return nil }
        for _ in min(digits, 6)..<6 { value *= 10 }
        return value
    }

    /// Seconds east of UTC; 0 where no zone is written.
    private mutating func offset() -> Int? {
        if position == bytes.count || skip("Z") { return 0 }
        let sign = skip("+") ? 1 : skip("-") ? -1 : 0
        guard sign != 0, let hours = number(digits: 2...2) else { return nil }
        let colon = skip(":")
        let minutes = number(digits: 2...2)
        guard minutes != nil || !colon else { return nil }
        let seconds = hours * 3600 + (minutes ?? 0) * 60
        return seconds < 86_400 ? sign * seconds : nil
    }

    private mutating func number(digits: ClosedRange<Int>) -> Int? {
        let start = position
        var value = 0
        while position - start < digits.upperBound, let digit = nextDigit() {
            value = value * 10 + digit
        }
        guard position - start >= digits.lowerBound else {
            position = start
            return nil
        }
        return value
    }

    private mutating func nextDigit() -> Int? {
        guard position < bytes.count,
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position])
        else { return nil }
        defer { position += 1 }
        return Int(bytes[position] - UInt8(ascii: "0"))
    }

    private mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard position < bytes.count, bytes[position] == UInt8(ascii: character) else {
            return false
        }
        position += 1
        return true
    }
}
