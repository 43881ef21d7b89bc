import ArgumentParser

/// How the times of events follow from their numbers: evenly from a start on.
struct EventSchedule: ParsableArguments {
    @Option(help: "Time of event 0, in seconds since 1970; the start of 2026 without it.")
    var start = 1_767_225_600
    @Option(help: "Microseconds from one event to the next.") var step = 10_000

    /// A few microseconds are added, so that they are never zero.
    func time(of number: Int) -> EventTime {
        EventTime(microseconds: start * 1_000_000 + number * step + 1 + number % 997)
    }
}

/// A moment in microseconds since 1970, UTC, as the events write it.
struct EventTime {
    let microseconds: Int

    /// Replaces the 26 bytes of `2026-01-01T00:00:00.000000`.
    func write(into bytes: inout [UInt8], at place: Int) {
        let seconds = microseconds / 1_000_000
        let (year, month, day) = Self.date(seconds / 86_400)
        let parts = [
            (0, 4, year), (5, 2, month), (8, 2, day), (11, 2, seconds / 3600 % 24),
            (14, 2, seconds / 60 % 60), (17, 2, seconds % 60), (20, 6, microseconds % 1_000_000),
        ]
        for (offset, width, value) in parts {
            var rest = value
            for digit in (0..<width).reversed() {
                bytes[place + offset + digit] = UInt8(ascii: "0") + UInt8(rest % 10)
                rest /= 10
            }
        }
    }

    /// The date so many days after 1970-01-01. Years are counted from March, so that the leap day is
    /// the last of its year: then months have the lengths 31, 30, 31, 30, 31 over and over.
    private static func date(_ days: Int) -> (year: Int, month: Int, day: Int) {
        let sinceMarch = days + 719_468
        let (era, dayOfEra) = sinceMarch.quotientAndRemainder(dividingBy: 146_097)
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * month + 2) / 5 + 1
        let year = era * 400 + yearOfEra + (month >= 10 ? 1 : 0)
        return (year, month < 10 ? month + 3 : month - 9, day)
    }
}
