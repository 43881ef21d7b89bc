import EventStore
import PostgreSQL
import Values

/// Rows of the table `event` as COPY takes them in its binary format.
///
/// The form: a fixed head of 19 bytes; for each row the number of fields in two bytes, then each field
/// as its length (-1 for NULL) and its binary form; at the end two bytes of ones.
///
/// - Source: PostgreSQL 15, COPY, "Binary Format".
struct EventRowData {
    private(set) var bytes: [UInt8]

    private static let head: [UInt8] =
        Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0x00] + Array(repeating: 0, count: 8)

    init(_ events: [TypedEvent]) {
        bytes = Self.head
        let size = events.reduce(0) {
            $0 + $1.prepared.traits.count + $1.prepared.event.raw.text.utf8.count
        }
        bytes.reserveCapacity(size + events.count * 256)
        for event in events { append(event.prepared, typeID: event.typeID) }
        bytes.append(bigEndian: UInt16.max)
    }

    private mutating func append(_ prepared: PreparedEvent, typeID: Int64) {
        let event = prepared.event
        bytes.append(bigEndian: 7 as UInt16)
        bytes.append(
            field: PostgreSQLTime.binary(microseconds: event.generated.microseconds))
        bytes.append(bigEndian: 4 as UInt32)
        bytes.append(bigEndian: UInt32(truncatingIfNeeded: typeID))
        bytes.append(bigEndian: 4 as UInt32)
        bytes.append(bigEndian: UInt32(bitPattern: prepared.projectKey))
        bytes.append(field: event.messageID.utf8)
        bytes.append(field: BinaryArray.halves(prepared.traitKeys))
        // jsonb: one byte for the version of the form, then the text.
        bytes.append(bigEndian: UInt32(prepared.traits.count + 1))
        bytes.append(1)
        bytes.append(contentsOf: prepared.traits)
        if let raw = prepared.raw {
            bytes.append(field: raw.utf8)
        } else {
            bytes.append(bigEndian: UInt32.max)
        }
    }
}
