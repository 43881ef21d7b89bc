import EventStore
import SQL
import SQLite
import Synchronization
import Values

/// Reads rows of the table `event` as events.
struct EventRows {
    let database: Database
    let names: EventTypeNames

    /// Nil where retention has deleted the event.
    func event(number: Int64) throws(SQLError) -> Event? {
        let row = try database.first(
            """
            SELECT message_id, event_type_id, generated, traits, raw FROM event WHERE number = ?1
            """, [.integer(number)], EventRow.init)
        return try row.map(event(from:))
    }

    /// - Parameter isWanted: is shown all but the raw document, which is read only then: an event that
    ///   is not for the caller costs about as much as one that is not there.
    func event(
        messageID: String, where isWanted: (Event) -> Bool
    ) throws(SQLError) -> Event? {
        let row = try database.first(
            """
            SELECT message_id, event_type_id, generated, traits, NULL FROM event
            WHERE message_id = ?1
            """, [.text(messageID)], EventRow.init)
        guard let event = try row.map(event(from:)), isWanted(event) else { return nil }
        let raw = try database.first(
            "SELECT raw FROM event WHERE message_id = ?1", [.text(messageID)]
        ) { $0.isNull(0) ? JSONText.emptyObject : JSONText(canonical: $0.text(0)) }
        return raw.map { raw in
            Event(
                messageID: event.messageID, eventType: event.eventType,
                generated: event.generated, orderedTraits: event.traits, raw: raw)
        }
    }

    func messageID(number: Int64) throws(SQLError) -> String? {
        try database.first("SELECT message_id FROM event WHERE number = ?1", [.integer(number)]) {
            $0.text(0)
        }
    }

    func event(from row: EventRow) throws(SQLError) -> Event {
        guard let traits = TraitCodec.decode(row.traits),
            let generated = Timestamp(microseconds: row.generated),
            let type = try names.name(of: row.typeID, in: database)
        else {
            throw SQLError(
                kind: .corrupt, code: 0,
                message: "the row of event \(row.messageID.debugDescription) is damaged")
        }
        return Event(
            messageID: row.messageID, eventType: type, generated: generated, orderedTraits: traits,
            raw: row.raw.map(JSONText.init(canonical:)) ?? .emptyObject)
    }
}

/// The columns message_id, event_type_id, generated, traits, raw.
struct EventRow {
    let messageID: String
    let typeID: Int64
    let generated: Int64
    let traits: [UInt8]
    let raw: String?

    init(_ row: Row) {
        messageID = row.text(0)
        typeID = row.integer(1)
        generated = row.integer(2)
        traits = row.blob(3)
        raw = row.isNull(4) ? nil : row.text(4)
    }
}

/// Names of event types by their id. A type's row is never changed or deleted, so a name once read
/// holds for ever.
final class EventTypeNames: Sendable {
    private let known = Mutex<[Int64: String]>([:])

    func name(of id: Int64, in database: Database) throws(SQLError) -> String? {
        if let name = known.withLock({ $0[id] }) { return name }
        let name = try database.first(
            "SELECT name FROM event_type WHERE event_type_id = ?1", [.integer(id)]
        ) { $0.text(0) }
        if let name { known.withLock { $0[id] = name } }
        return name
    }
}
