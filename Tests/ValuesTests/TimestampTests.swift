import Testing
import Values

@Suite("A timestamp")
struct TimestampTests {
    /// What Panko 10.0.0 made of each text, recorded.
    static let readable = [
        ("2020", "2020-01-01T00:00:00"), ("2020-1-2", "2020-01-02T00:00:00"),
        ("2020-01", "2020-01-01T00:00:00"), ("20200102", "2020-01-02T00:00:00"),
        ("2020-01-02", "2020-01-02T00:00:00"), ("2020-01-02T10", "2020-01-02T10:00:00"),
        ("2020-01-02T10:30", "2020-01-02T10:30:00"), ("2020-01-02T1030", "2020-01-02T10:30:00"),
        ("2020-01-02T10:30:15", "2020-01-02T10:30:15"), ("20200102T103015", "2020-01-02T10:30:15"),
        ("2020-01-02 10:30:15", "2020-01-02T10:30:15"),
        ("2020-01-02T10:30:15Z", "2020-01-02T10:30:15"),
        ("2020-01-02T10:30:15+02", "2020-01-02T08:30:15"),
        ("2020-01-02T10:30:15+0200", "2020-01-02T08:30:15"),
        ("2020-01-02T10:30:15-02:30", "2020-01-02T13:00:15"),
        ("2020-01-02T10:30:15.5", "2020-01-02T10:30:15.500000"),
        ("2020-01-02T10:30:15,5", "2020-01-02T10:30:15.500000"),
        ("2020-01-02T10:30:15.123456789", "2020-01-02T10:30:15.123456"),
        ("9999-12-31T23:59:59.999999", "9999-12-31T23:59:59.999999"),
        ("0001-01-01", "0001-01-01T00:00:00"), ("1969-12-31T23:59:59", "1969-12-31T23:59:59"),
        ("2024-02-29T00:00:00", "2024-02-29T00:00:00"),
    ]

    @Test("is read from the forms that Panko reads", arguments: readable)
    func reading(text: String, wanted: String) {
        #expect(Timestamp(text)?.description == wanted)
    }

    static let unreadable = [
        "202001", "2020-01-02t10:30:15", "2020-01-02T10:30:15z", "2020-01-02T10:30:15.",
        "2020-01-02T24:00:00", "2020-01-02T23:59:60", "2020-02-30", "2020-13-01", "2020-W01-1",
        "2020-002", "  2020-01-02", "2020-01-02 ", "2020-01-02T10:30:15 UTC",
        "2020-01-02T10:30:15 +0200", "1", "", "10000-01-01", "2020-01-02T10:30:15+25:00",
        "2020-01-02Z", "0001-01-01T00:00:00+01:00", "2023-02-29", "2020-01-02T10:", "garbage",
    ]

    @Test("is not read from anything else", arguments: unreadable)
    func refusing(text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test("survives its own text, over all the years")
    func roundTrip() {
        var generator = SystemRandomNumberGenerator()
        let range = Timestamp.earliest.microseconds...Timestamp.latest.microseconds
        for _ in 0..<2000 {
            let time = Timestamp(microseconds: .random(in: range, using: &generator))
            #expect(time.flatMap { Timestamp($0.description) } == time)
        }
    }

    @Test("stays in its range when it is moved")
    func clamping() {
        #expect(Timestamp.latest.advanced(byMicroseconds: .max) == .latest)
        #expect(Timestamp.earliest.advanced(byMicroseconds: .min) == .earliest)
    }
}
