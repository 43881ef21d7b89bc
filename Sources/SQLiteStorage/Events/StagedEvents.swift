import EventStore
import SQL
import SQLite
import Values

/// One transaction's inserts, and what becomes true in memory only if it commits.
struct StagedEvents {
    private(set) var nextNumber: Int64
    private(set) var types: EventTypeTable
    private(set) var accepted: [TailEvent] = []
    private var counts: [Int64: Int64] = [:]
    private var earliest = Int64.max

    init(nextNumber: Int64, types: EventTypeTable) {
        self.nextNumber = nextNumber
        self.types = types
    }

    mutating func insert(
        _ prepared: PreparedEvent, in database: Database
    ) throws(SQLError) -> RecordOutcome {
        let event = prepared.event
        let typeID = try types.id(of: event.eventType, in: database)
        try database.execute(
            """
            INSERT INTO event (number, message_id, event_type_id, generated, traits, raw, digest)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (message_id) DO NOTHING
            """,
            [
                .integer(nextNumber), .text(event.messageID), .integer(typeID),
                .integer(event.generated.microseconds), .blob(prepared.traits),
                event.raw == .emptyObject ? .null : .text(event.raw.text), .blob(prepared.digest),
            ])
        guard database.changes == 1 else {
            return try outcome(ofKnown: event.messageID, prepared.digest, in: database)
        }
        try types.note(event.traits, of: typeID, shape: prepared.shape, in: database)
        counts[typeID, default: 0] += 1
        earliest = min(earliest, event.generated.microseconds)
        accepted.append(
            TailEvent(
                number: nextNumber, position: EventPosition(of: event), keys: prepared.keys))
        nextNumber += 1
        return .accepted
    }

    /// What belongs to the transaction as a whole.
    func finish(in database: Database) throws(SQLError) {
        for (type, count) in counts {
            try database.execute(
                "UPDATE event_type SET event_count = event_count + ?2 WHERE event_type_id = ?1",
                [.integer(type), .integer(count)])
        }
        // An event older than all that retention left makes queries look there again.
        if earliest < .max, try earliest < StoreFact.retainedFrom.value(in: database) {
            try StoreFact.retainedFrom.set(earliest, in: database)
        }
    }

    private func outcome(
        ofKnown messageID: String, _ digest: [UInt8], in database: Database
    ) throws(SQLError) -> RecordOutcome {
        let known = try database.first(
            "SELECT digest FROM event WHERE message_id = ?1", [.text(messageID)]
        ) { $0.blob(0) }
        return known == digest ? .duplicate : .conflict
    }
}
