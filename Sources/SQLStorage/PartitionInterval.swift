package import Values

/// How long the stretch of time is whose events share a partition.
package enum PartitionInterval: String, Sendable, CaseIterable {
    case day
    case week
    case month
    /// One table without partitions ahead; retention deletes event by event.
    case none

    /// The stretch that holds `time`; nil for `none`. Weeks begin on Monday, all in UTC.
    package func stretch(containing time: Timestamp) -> PartitionStretch? {
        let date = time.date
        switch self {
        case .none: return nil
        case .day: return PartitionStretch(first: date.daysSinceEpoch, days: 1)
        case .week:
            // 1970-01-05 was a Monday.
            let sinceMonday = ((date.daysSinceEpoch - 4) % 7 + 7) % 7
            return PartitionStretch(first: date.daysSinceEpoch - sinceMonday, days: 7)
        case .month:
            let first = CivilDate(year: date.year, month: date.month, day: 1)
            return PartitionStretch(first: first.daysSinceEpoch, days: first.daysInMonth)
        }
    }

    /// The stretch that holds `time`, and so many after it.
    package func stretches(from time: Timestamp, ahead count: Int) -> [PartitionStretch] {
        var result: [PartitionStretch] = []
        var next = stretch(containing: time)
        while let stretch = next, result.count <= count {
            result.append(stretch)
            next = stretch.end < .latest ? self.stretch(containing: stretch.end) : nil
        }
        return result
    }
}

/// A half-open stretch of time, whole days of UTC.
package struct PartitionStretch: Sendable, Hashable {
    /// First instant of the stretch.
    package let start: Timestamp
    /// First instant after it.
    package let end: Timestamp

    init(first day: Int, days: Int) {
        start = Self.midnight(day)
        end = Self.midnight(day + days)
    }

    /// `20261123`: part of the partition's name.
    package var name: String {
        let date = start.date
        let number = date.year * 10_000 + date.month * 100 + date.day
        return String(repeating: "0", count: 8 - String(number).count) + String(number)
    }

    private static func midnight(_ day: Int) -> Timestamp {
        Timestamp.earliest.advanced(
            byMicroseconds: Int64(day) * 86_400_000_000 - Timestamp.earliest.microseconds)
    }
}
