import EventStore
import SQL

/// One event as Panko's tables hold it.
struct PankoRow: Sendable {
    let id: Int64
    let messageID: SQLValue
    let eventType: SQLValue
    let generated: SQLValue
    let raw: SQLValue
    var traits: [PankoTrait] = []

    /// - Parameter row: id, message_id, type, generated, raw.
    init(_ row: SQLRow) {
        id = row.integer(0)
        messageID = row.values[1]
        eventType = row.values[2]
        generated = row.values[3]
        raw = row.values[4]
    }
}

/// A row of one of the four trait tables.
struct PankoTrait: Sendable {
    /// Which of the tables.
    let type: TraitType
    let name: SQLValue
    let value: SQLValue

    /// - Parameter row: event_id, key, value.
    init(_ type: TraitType, _ row: SQLRow) {
        self.type = type
        name = row.values[1]
        value = row.values[2]
    }
}
