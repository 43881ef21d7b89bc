/// The time of an event by its number: 10 ms apart from the start of 2026, with a few microseconds
/// that are never zero.
struct EventTime {
    private let microseconds: Int

    init(number: Int) {
        microseconds = number * 10_000 + 1 + number % 997
    }

    /// Replaces the 26 bytes of `2026-01-01T00:00:00.000000`.
    func write(into bytes: inout [UInt8], at place: Int) {
        let seconds = microseconds / 1_000_000
        let (month, day) = Self.monthAndDay(seconds / 86_400)
        let parts = [
            (5, 2, month), (8, 2, day), (11, 2, seconds / 3600 % 24), (14, 2, seconds / 60 % 60),
            (17, 2, seconds % 60), (20, 6, microseconds % 1_000_000),
        ]
        for (offset, width, value) in parts {
            var rest = value
            for digit in (0..<width).reversed() {
                bytes[place + offset + digit] = UInt8(ascii: "0") + UInt8(rest % 10)
                rest /= 10
            }
        }
    }

    private static func monthAndDay(_ days: Int) -> (Int, Int) {
        var rest = days
        for (index, length) in [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31].enumerated() {
            if rest < length { return (index + 1, rest + 1) }
            rest -= length
        }
        return (12, 31)
    }
}
