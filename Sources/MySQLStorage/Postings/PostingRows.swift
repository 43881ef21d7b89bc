import MySQL
import SQL
import Values

/// Rows for the table `posting`: for each key and minute the places of the events that have it.
struct PostingRows {
    private(set) var rows = BulkRows(.integer, .integer, .integer, .blob)

    private struct Posting: Comparable {
        let key: Int64
        let place: EventPlace

        static func < (left: Posting, right: Posting) -> Bool {
            left.key == right.key ? left.place < right.place : left.key < right.key
        }
    }

    /// - Parameter events: those of one transaction.
    init(_ events: [PreparedEvent]) {
        var postings: [Posting] = []
        postings.reserveCapacity(events.reduce(0) { $0 + $1.keys.count })
        for event in events {
            for key in event.keys { postings.append(Posting(key: key, place: event.place)) }
        }
        postings.sort()
        var list = UInt32.random(in: 0...UInt32.max)
        var entries: [UInt8] = []
        var current: (key: Int64, minute: PostingMinute)?
        for posting in postings {
            let minute = PostingMinute(containing: posting.place.generated)
            if let open = current,
                open != (posting.key, minute) || entries.count == PostingList.mostBytes
            {
                append(open, &entries, list)
                list &+= 1
            }
            current = (posting.key, minute)
            PostingList.append(posting.place, of: minute, to: &entries)
        }
        if let current { append(current, &entries, list) }
    }

    private mutating func append(
        _ list: (key: Int64, minute: PostingMinute), _ entries: inout [UInt8], _ number: UInt32
    ) {
        rows.append(
            .integer(list.key), .integer(list.minute.start), .integer(Int64(number)), .blob(entries)
        )
        entries.removeAll(keepingCapacity: true)
    }
}

/// A minute of UTC.
struct PostingMinute: Hashable, Comparable {
    /// Microseconds since 1970.
    let start: Int64

    static let length: Int64 = 60_000_000

    init(start: Int64) {
        self.start = start
    }

    init(containing generated: Int64) {
        let rest = generated % Self.length
        start = generated - (rest < 0 ? rest + Self.length : rest)
    }

    static func < (left: PostingMinute, right: PostingMinute) -> Bool { left.start < right.start }
}

/// The column `posting.entries`: 8 bytes an event, big endian: microseconds since the minute's start,
/// then the tie. In the order of places.
enum PostingList {
    static let mostBytes = 8000
    static let entryBytes = 8

    static func append(_ place: EventPlace, of minute: PostingMinute, to entries: inout [UInt8]) {
        entries.append(word: UInt32(truncatingIfNeeded: place.generated - minute.start))
        entries.append(word: place.tie)
    }

    static func decode(_ entries: [UInt8], of minute: PostingMinute) -> [EventPlace] {
        stride(from: 0, to: entries.count - entries.count % entryBytes, by: entryBytes).map {
            EventPlace(
                generated: minute.start + Int64(entries.word(at: $0)), tie: entries.word(at: $0 + 4)
            )
        }
    }
}

extension [UInt8] {
    fileprivate mutating func append(word: UInt32) {
        append(UInt8(truncatingIfNeeded: word >> 24))
        append(UInt8(truncatingIfNeeded: word >> 16))
        append(UInt8(truncatingIfNeeded: word >> 8))
        append(UInt8(truncatingIfNeeded: word))
    }

    fileprivate func word(at place: Int) -> UInt32 {
        self[place..<place + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }
}
