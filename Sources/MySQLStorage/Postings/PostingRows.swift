import MySQL
import SQL
import Values

/// Rows for the table `posting`: for each key and minute the places of the events that have it.
struct PostingRows {
    private(set) var rows = BulkRows(.integer, .integer, .integer, .blob)

    private struct Posting {
        let key: Int64
        /// Which one of the events it is, counted in the order of the log.
        let rank: UInt32
    }

    /// - Parameters:
    ///   - events: those of one transaction.
    ///   - order: where in `events` those to name are, in the order of the log.
    init(_ events: [PreparedEvent], at order: [Int]) {
        let places = order.map { events[$0].place }
        let minutes = places.map { PostingSpan.minute.start(containing: $0.generated) }
        var list: PostingList?
        var current = (key: Int64(0), minute: Int64(0))
        var number = UInt32.random(in: 0...UInt32.max)
        for posting in Self.sortedPostings(events, at: order) {
            let minute = minutes[Int(posting.rank)]
            if let finished = list,
                current != (posting.key, minute)
                    || finished.entries.count > PostingList.mostMinuteBytes
            {
                append(finished, current, number)
                number &+= 1
                list = nil
            }
            current = (posting.key, minute)
            var growing = list ?? PostingList(from: minute)
            list = nil  // So that there is one owner, and appending copies nothing.
            growing.append(places[Int(posting.rank)])
            list = growing
        }
        if let list { append(list, current, number) }
    }

    /// By key, then in the order of the log.
    private static func sortedPostings(_ events: [PreparedEvent], at order: [Int]) -> [Posting] {
        var postings: [Posting] = []
        postings.reserveCapacity(order.reduce(0) { $0 + events[$1].keys.count })
        for (rank, index) in order.enumerated() {
            for key in events[index].keys { postings.append(Posting(key: key, rank: UInt32(rank))) }
        }
        postings.sort { $0.key == $1.key ? $0.rank < $1.rank : $0.key < $1.key }
        return postings
    }

    private mutating func append(
        _ list: PostingList, _ place: (key: Int64, minute: Int64), _ number: UInt32
    ) {
        rows.append(
            .integer(place.key), .integer(place.minute), .integer(Int64(number)),
            .blob(list.entries))
    }
}
