/// The column `entries` of posting lists: for each event, in the order of places, the microseconds
/// since the event before it (the first: since the start of the list's stretch of time) and the tie,
/// both LEB128.
struct PostingList {
    private(set) var entries: [UInt8] = []
    private var last: Int64

    /// An entry has at most this many bytes: six for a part of a day, five for the tie.
    static let mostEntryBytes = 11
    /// From here on a list of a minute takes no more: the column has 8,000 bytes.
    static let mostMinuteBytes = 7980
    /// Of a day: four such lists fill a page of InnoDB's.
    static let mostDayBytes = 3700

    /// - Parameter start: of its minute or day.
    init(from start: Int64) {
        last = start
    }

    mutating func append(_ place: EventPlace) {
        entries.append(variable: UInt64(place.generated - last))
        entries.append(variable: UInt64(place.tie))
        last = place.generated
    }

    static func decode(_ entries: [UInt8], from start: Int64) -> [EventPlace] {
        var places: [EventPlace] = []
        places.reserveCapacity(entries.count / 4)
        var generated = start
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
