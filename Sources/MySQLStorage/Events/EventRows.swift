import EventStore
import MySQL
import SQL
import SQLStorage
import Values

/// Reads rows of the table `event` as events.
struct EventRows {
    let connection: MySQLConnection
    let names: EventTypeNames
    let deadline: QueryDeadline

    /// What every statement about events selects.
    static let columns: SQLStatement =
        "e.message_id, e.event_type_id, e.generated, e.tie, e.parts, e.traits, e.raw"

    func query(_ statement: SQLStatement) async throws(SQLError) -> [SQLRow] {
        try await connection.query(statement, within: deadline.remaining())
    }

    /// - Parameter isWanted: is shown all but a large raw document, which is read only then: an event
    ///   that is not for the caller costs about as much as one that is not there.
    func event(
        messageID: String, where isWanted: (Event) -> Bool
    ) async throws(SQLError) -> Event? {
        let row = try await query(
            """
            SELECT \(Self.columns) FROM event_id AS i
            STRAIGHT_JOIN event AS e ON e.generated = i.generated AND e.tie = i.tie
            WHERE i.message_id = \(messageID)
            """
        ).first
        guard let row = row.map(EventRow.init) else { return nil }
        let event = try await event(from: row, raw: row.raw)
        guard isWanted(event) else { return nil }
        return row.parts.contains(.raw) ? try await self.event(from: row) : event
    }

    func event(from row: EventRow) async throws(SQLError) -> Event {
        let raw = row.parts.contains(.raw) ? try await document(.raw, of: row.place) : row.raw
        return try await event(from: row, raw: raw)
    }

    private func event(from row: EventRow, raw: [UInt8]?) async throws(SQLError) -> Event {
        let traitBytes =
            row.parts.contains(.traits) ? try await document(.traits, of: row.place) : row.traits
        guard let traits = TraitDocument.decode(traitBytes ?? []),
            let generated = Timestamp(microseconds: row.place.generated),
            let type = try await names.name(of: row.typeID, on: connection)
        else {
            throw SQLError(
                kind: .corrupt, code: 0,
                message: "the row of event \(row.messageID.debugDescription) is damaged")
        }
        return Event(
            messageID: row.messageID, eventType: type, generated: generated, traits: traits,
            raw: raw.map { JSONText(canonical: String(decoding: $0, as: UTF8.self)) }
                ?? .emptyObject)
    }

    /// Every type that was ever seen, in the order of their bytes.
    func notedTypes() async throws(SQLError) -> [String] {
        try await query("SELECT name FROM event_type ORDER BY name").map { $0.text(0) }
    }

    /// Traits that events of a type have had, in the order of trait types and names.
    func notedTraits(of eventType: String) async throws(SQLError) -> [TraitDescription] {
        let found = try await query(
            """
            SELECT n.trait_type, n.name FROM event_type AS t
            STRAIGHT_JOIN trait_name AS n ON n.event_type_id = t.event_type_id
            WHERE t.name = \(eventType)
            """)
        let traits = found.compactMap { row in
            TraitType(rawValue: Int(row.integer(0))).map {
                TraitDescription(name: row.text(1), type: $0)
            }
        }
        return traits.sorted { left, right in
            left.type == right.type
                ? left.name.precedesExactly(right.name) : left.type < right.type
        }
    }

    /// Shapes of events that have a trait.
    ///
    /// - Parameter type: of this type only; nil for all types.
    func shapes(
        having nameKey: Int64, of type: String?, atMost limit: Int
    ) async throws(SQLError) -> [Int64] {
        let found: [SQLRow]
        if let type {
            found = try await query(
                """
                SELECT s.shape_key FROM event_type AS t
                STRAIGHT_JOIN event_shape AS s
                    ON s.name_key = \(nameKey) AND s.event_type_id = t.event_type_id
                WHERE t.name = \(type) LIMIT \(limit)
                """)
        } else {
            found = try await query(
                "SELECT shape_key FROM event_shape WHERE name_key = \(nameKey) LIMIT \(limit)")
        }
        return found.map { $0.integer(0) }
    }

    private func document(
        _ document: EventParts, of place: EventPlace
    ) async throws(SQLError) -> [UInt8] {
        let rows = try await query(
            """
            SELECT content FROM event_part WHERE generated = \(place.generated)
            AND tie = \(Int64(place.tie)) AND document = \(Int64(document.rawValue)) ORDER BY part
            """)
        return rows.reduce(into: []) { $0 += $1.blob(0) }
    }
}

/// The columns of `EventRows.columns`.
struct EventRow {
    let messageID: String
    let typeID: Int64
    let place: EventPlace
    let parts: EventParts
    let traits: [UInt8]?
    let raw: [UInt8]?

    init(_ row: SQLRow) {
        messageID = row.text(0)
        typeID = row.integer(1)
        place = EventPlace(
            generated: row.integer(2), tie: UInt32(truncatingIfNeeded: row.integer(3)))
        parts = EventParts(rawValue: UInt8(truncatingIfNeeded: row.integer(4)))
        traits = row.isNull(5) ? nil : row.blob(5)
        raw = row.isNull(6) ? nil : row.blob(6)
    }
}

/// When a query has to be done, over all its statements.
struct QueryDeadline: Sendable {
    private let end: ContinuousClock.Instant

    init(_ limit: Duration) {
        end = .now + limit
    }

    /// - Throws: `.timedOut` once nothing remains.
    func remaining() throws(SQLError) -> Duration {
        let rest = end - .now
        guard rest > .zero else {
            throw SQLError(kind: .timedOut, code: 0, message: "the query ran into its time limit")
        }
        return rest
    }
}
