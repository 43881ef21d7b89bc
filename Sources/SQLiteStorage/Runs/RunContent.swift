import EventStore
import Values

/// All rows of a new run of level 0, made from a full segment of the tail.
struct RunContent {
    let numbers: ClosedRange<Int64>
    let times: ClosedRange<Int64>
    let eventCount: Int
    private(set) var rows: [RunRow] = []

    /// Nil where the segment is empty.
    init?(_ segment: TailSegment, _ sizes: RunSizes) {
        let entries = segment.entries
        guard let first = entries.first, let last = entries.last else { return nil }
        let places = entries.indices.sorted {
            EventOrder.oldestFirst.precedes(entries[$0].position, entries[$1].position)
        }
        let ordered = places.map {
            RunEntry(
                generated: entries[$0].position.generated.microseconds, number: entries[$0].number)
        }
        guard let earliest = ordered.first, let latest = ordered.last else { return nil }
        numbers = first.number...last.number
        times = earliest.generated...latest.generated
        eventCount = entries.count
        rows = RunRow.order(ordered, firstNumber: first.number)
        var ranks = [UInt32](repeating: 0, count: entries.count)
        for (rank, place) in places.enumerated() { ranks[place] = UInt32(rank) }
        for (key, places) in segment.postings.sorted(by: { $0.key < $1.key }) {
            rows += RunRow.postings(of: key, places.map { ranks[Int($0)] }.sorted(), sizes)
        }
    }
}

/// One row of a run on its way into the database.
enum RunRow: Sendable, Equatable {
    case order(page: Int, entries: [UInt8])
    case posting(key: Int64, part: Int, ranks: [UInt8])

    static func order(_ entries: [RunEntry], firstNumber: Int64) -> [RunRow] {
        stride(from: 0, to: entries.count, by: RunOrder.entriesPerPage).map { start in
            var bytes: [UInt8] = []
            bytes.reserveCapacity(RunOrder.entriesPerPage * RunOrder.bytesPerEntry)
            for entry in entries[start..<min(start + RunOrder.entriesPerPage, entries.count)] {
                RunOrder.encode(entry, firstNumber: firstNumber, into: &bytes)
            }
            return .order(page: start / RunOrder.entriesPerPage, entries: bytes)
        }
    }

    /// - Parameter ranks: ascending.
    static func postings(
        of key: Int64, _ ranks: [UInt32], _ sizes: RunSizes
    ) -> [RunRow] {
        var rows: [RunRow] = []
        var rest = ranks[...]
        while let first = rest.first {
            let part = first / sizes.ranksPerPart
            let base = part * sizes.ranksPerPart
            let ranksOfPart = rest.prefix { $0 - base < sizes.ranksPerPart }
            rows.append(
                .posting(
                    key: key, part: Int(part),
                    ranks: RankList.encode(ranksOfPart.lazy.map { $0 - base })))
            rest = rest.dropFirst(ranksOfPart.count)
        }
        return rows
    }
}
