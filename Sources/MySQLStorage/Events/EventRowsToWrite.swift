import EventStore
import MySQL
import SQL
import Values

/// Rows for the tables `event` and `event_part`.
struct EventRowsToWrite {
    private(set) var events = BulkRows(
        .integer, .integer, .blob, .integer, .integer, .text, .text)
    private(set) var parts = BulkRows(.integer, .integer, .integer, .integer, .blob)

    mutating func append(_ event: PreparedEvent, typeID: Int64) {
        let raw = event.event.raw
        let place = event.place
        var flags = EventParts()
        if event.traits.count > EventParts.mostInRow { flags.insert(.traits) }
        if raw.text.utf8.count > EventParts.mostInRow { flags.insert(.raw) }
        events.append(
            .integer(place.generated), .integer(Int64(place.tie)), .text(event.event.messageID),
            .integer(typeID), .integer(Int64(flags.rawValue)),
            flags.contains(.traits) ? .null : .blob(event.traits),
            flags.contains(.raw) || raw == .emptyObject ? .null : .text(raw.text))
        if flags.contains(.traits) { append(event.traits, .traits, of: place) }
        if flags.contains(.raw) { append(Array(raw.text.utf8), .raw, of: place) }
    }

    private mutating func append(_ content: [UInt8], _ document: EventParts, of place: EventPlace) {
        for (number, start) in stride(from: 0, to: content.count, by: EventParts.size).enumerated()
        {
            let end = min(start + EventParts.size, content.count)
            parts.append(
                .integer(place.generated), .integer(Int64(place.tie)),
                .integer(Int64(document.rawValue)), .integer(Int64(number)),
                .blob(Array(content[start..<end])))
        }
    }
}

/// Which documents of an event are in the table `event_part`.
struct EventParts: OptionSet {
    let rawValue: UInt8
    static let traits = EventParts(rawValue: 1)
    static let raw = EventParts(rawValue: 2)

    /// Larger documents go to `event_part`, so that a page of rows has a bounded size.
    static let mostInRow = 60_000
    /// Bytes of one part: fits into any `max_allowed_packet` from 1 MiB on.
    static let size = 512 << 10
}
