/// A point in time: microseconds since 1970-01-01T00:00:00 UTC, years 1 to 9999.
///
/// The range and the resolution are those of Python's naive `datetime`, which every publisher uses.
package struct Timestamp: Sendable, Hashable, Comparable {
    /// Microseconds since the epoch; negative before 1970.
    package let microseconds: Int64

    package static let earliest = Timestamp(unchecked: -62_135_596_800_000_000)
    package static let latest = Timestamp(unchecked: 253_402_300_799_999_999)

    /// Nil outside the years 1 to 9999.
    package init?(microseconds: Int64) {
        guard (Self.earliest.microseconds...Self.latest.microseconds).contains(microseconds) else {
            return nil
        }
        self.microseconds = microseconds
    }

    private init(unchecked microseconds: Int64) {
        self.microseconds = microseconds
    }

    /// Nil where a field is out of its range, as in 30 February, hour 24 or second 60.
    ///
    /// - Parameter offset: seconds east of UTC.
    package init?(date: CivilDate, time: ClockTime, offset: Int = 0) {
        guard date.isValid, time.isValid else { return nil }
        let seconds = Int64(date.daysSinceEpoch) * 86_400 + Int64(time.secondOfDay - offset)
        self.init(microseconds: seconds * 1_000_000 + Int64(time.microsecond))
    }

    package static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.microseconds < right.microseconds
    }

    /// Clamped to the range of years, so that arithmetic on user input cannot trap.
    package func advanced(byMicroseconds distance: Int64) -> Timestamp {
        let (sum, overflow) = microseconds.addingReportingOverflow(distance)
        if overflow { return distance < 0 ? .earliest : .latest }
        return Timestamp(
            unchecked: min(max(sum, Self.earliest.microseconds), Self.latest.microseconds))
    }

    package var date: CivilDate {
        CivilDate(daysSinceEpoch: Int(Self.floorDivide(microseconds, 86_400_000_000).quotient))
    }

    package var time: ClockTime {
        let rest = Self.floorDivide(microseconds, 86_400_000_000).remainder
        let second = Int(rest / 1_000_000)
        return ClockTime(
            hour: second / 3600, minute: second / 60 % 60, second: second % 60,
            microsecond: Int(rest % 1_000_000))
    }

    private static func floorDivide(
        _ value: Int64, _ divisor: Int64
    ) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
