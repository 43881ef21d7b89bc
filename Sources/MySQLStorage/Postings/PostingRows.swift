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
        var number = UInt32.random(in: 0...UInt32.max)
        var list: PostingList?
        var current = (key: Int64(0), minute: PostingMinute(start: 0))
        for posting in postings {
            let minute = PostingMinute(containing: posting.place.generated)
            if let finished = list, current != (posting.key, minute) || finished.isFull {
                append(finished, current, number)
                number &+= 1
                list = nil
            }
            current = (posting.key, minute)
            var growing = list ?? PostingList(of: minute)
            list = nil  // So that there is one owner, and appending copies nothing.
            growing.append(posting.place)
            list = growing
        }
        if let list { append(list, current, number) }
    }

    private mutating func append(
        _ list: PostingList, _ place: (key: Int64, minute: PostingMinute), _ number: UInt32
    ) {
        rows.append(
            .integer(place.key), .integer(place.minute.start), .integer(Int64(number)),
            .blob(list.entries))
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

/// The column `posting.entries`: for each event, in the order of places, the microseconds since the
/// event before it (the first: since the minute's start) and the tie, both LEB128.
struct PostingList {
    private(set) var entries: [UInt8] = []
    private var last: Int64

    /// More would not fit into the column: an entry has at most 10 bytes.
    var isFull: Bool { entries.count > 7980 }

    init(of minute: PostingMinute) {
        last = minute.start
    }

    mutating func append(_ place: EventPlace) {
        entries.append(variable: UInt64(place.generated - last))
        entries.append(variable: UInt64(place.tie))
        last = place.generated
    }

    static func decode(_ entries: [UInt8], of minute: PostingMinute) -> [EventPlace] {
        var places: [EventPlace] = []
        places.reserveCapacity(entries.count / 4)
        var generated = minute.start
        var index = 0
        while index < entries.count {
            generated += Int64(entries.variable(at: &index))
            let tie = UInt32(truncatingIfNeeded: entries.variable(at: &index))
            places.append(EventPlace(generated: generated, tie: tie))
        }
        return places
    }
}

extension [UInt8] {
    fileprivate mutating func append(variable number: UInt64) {
        var rest = number
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(rest))
    }

    /// A list that ends too early is read as far as it goes.
    fileprivate func variable(at index: inout Int) -> UInt64 {
        var number: UInt64 = 0
        var shift: UInt64 = 0
        while index < count, shift < 36 {
            let byte = self[index]
            index += 1
            number |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { break }
            shift += 7
        }
        return number
    }
}
