import SQLStorage
import Testing
import Values

@Suite("Partitions by time")
struct PartitionTests {
    static let cases: [(PartitionInterval, String, String, String, String)] = [
        (.day, "2026-11-25T23:59:59.999999", "2026-11-25", "2026-11-26", "20261125"),
        (.week, "2026-11-25T12:00:00", "2026-11-23", "2026-11-30", "20261123"),
        (.week, "2026-11-23T00:00:00", "2026-11-23", "2026-11-30", "20261123"),
        (.week, "1969-12-31T00:00:00", "1969-12-29", "1970-01-05", "19691229"),
        (.month, "2024-02-29T00:00:00", "2024-02-01", "2024-03-01", "20240201"),
        (.month, "2026-12-01T00:00:00", "2026-12-01", "2027-01-01", "20261201"),
    ]

    @Test("hold whole days, weeks from Monday and months of UTC", arguments: cases)
    func stretch(
        interval: PartitionInterval, time: String, start: String, end: String, name: String
    ) throws {
        let time = try #require(Timestamp(time))
        let stretch = try #require(interval.stretch(containing: time))
        #expect(stretch.start == Timestamp(start + "T00:00:00"))
        #expect(stretch.end == Timestamp(end + "T00:00:00"))
        #expect(stretch.name == name)
    }

    @Test("follow each other without a gap", arguments: [PartitionInterval.day, .week, .month])
    func ahead(interval: PartitionInterval) throws {
        let time = try #require(Timestamp("2026-11-25T12:00:00"))
        let stretches = interval.stretches(from: time, ahead: 5)
        #expect(stretches.count == 6)
        #expect(zip(stretches, stretches.dropFirst()).allSatisfy { $0.end == $1.start })
    }

    @Test("end with the last year", arguments: [PartitionInterval.day, .week, .month])
    func limits(interval: PartitionInterval) throws {
        #expect(interval.stretches(from: .latest, ahead: 3).count == 1)
        let first = try #require(interval.stretch(containing: .earliest))
        #expect(first.start <= .earliest)
    }

    @Test("are none where none are wanted")
    func none() {
        #expect(PartitionInterval.none.stretches(from: .latest, ahead: 3).isEmpty)
    }
}
