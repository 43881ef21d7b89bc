import EventStore
import PostgreSQL
import SQL
import SQLStorage
import Values

/// Reads rows of the table `event` as events.
struct EventRows {
    let connection: PostgreSQLConnection
    let types: EventTypeTable
    let sizes: StoreSizes
    let limit: Duration
    /// Told of each search: its plan is what a test wants to see.
    var onSearch: (@Sendable (SQLStatement) -> Void)?

    /// What every search asks for, after the id. A row with large documents is fetched by itself when it is its
    /// turn: a page of them would not fit in memory.
    static let columns: SQLStatement = """
        event_type_id, generated,
        CASE WHEN pg_column_size(traits) <= 16384 AND coalesce(octet_length(raw), 0) <= 16384
            THEN traits END,
        CASE WHEN octet_length(raw) <= 16384 THEN raw END
        """

    func search(
        _ statement: SQLStatement, within limit: Duration
    ) async throws(SQLError) -> [SQLRow] {
        onSearch?(statement)
        return try await connection.search(statement, within: limit)
    }

    /// - Parameter isWanted: is shown all but a large raw document, which is read only then: an event
    ///   that is not for the caller costs about as much as one that is not there.
    func event(
        messageID: String, where isWanted: (Event) -> Bool
    ) async throws(SQLError) -> Event? {
        let rows = try await connection.query(
            """
            SELECT generated FROM event_id WHERE message_id = \(messageID)
            """, within: limit)
        // Where there is none it is looked for all the same, which takes as long as where there is one.
        let generated = rows.first.flatMap { Timestamp(microseconds: $0.integer(0)) } ?? .earliest
        let found = try await connection.query(
            """
            SELECT message_id, event_type_id, generated, traits,
                CASE WHEN octet_length(raw) <= 16384 THEN raw END,
                CASE WHEN octet_length(raw) <= 16384 THEN 0 ELSE octet_length(raw) END::bigint
            FROM event WHERE generated = \(SQLValue(generated)) AND message_id = \(messageID)
            """, within: limit)
        guard let row = found.first, let event = try await events(from: [row]).first,
            isWanted(event)
        else { return nil }
        let isWhole = row.isNull(5) || row.integer(5) == 0
        return isWhole ? event : try await self.event(at: EventPosition(of: event))
    }

    private func event(at position: EventPosition) async throws(SQLError) -> Event? {
        let rows = try await connection.query(
            """
            SELECT message_id, event_type_id, generated, traits, raw FROM event
            WHERE generated = \(SQLValue(position.generated)) AND message_id = \(position.messageID)
            """, within: limit)
        return try await events(from: rows).first
    }

    /// - Parameter rows: the id, then what `columns` asks for.
    func events(from rows: [SQLRow]) async throws(SQLError) -> [Event] {
        let names = try await types.names(of: Set(rows.map { $0.integer(1) }), on: connection)
        var events: [Event] = []
        events.reserveCapacity(rows.count)
        for row in rows {
            if let event = try await event(from: row, names) { events.append(event) }
        }
        return events
    }

    /// - Returns: nil where retention has deleted the event meanwhile.
    func event(from row: SQLRow, _ names: [Int64: String]) async throws(SQLError) -> Event? {
        guard let generated = Timestamp(microseconds: row.integer(2)),
            let type = names[row.integer(1)]
        else { throw damaged(row) }
        if row.isNull(3) {
            return try await event(
                at: EventPosition(generated: generated, messageID: row.text(0)))
        }
        guard let traits = TraitDocument.decode(row.blob(3)) else { throw damaged(row) }
        return Event(
            messageID: row.text(0), eventType: type, generated: generated, traits: traits,
            raw: row.isNull(4) ? .emptyObject : JSONText(canonical: row.text(4)))
    }

    private func damaged(_ row: SQLRow) -> SQLError {
        SQLError(
            kind: .corrupt, code: 0,
            message: "the row of event \(row.text(0).debugDescription) is damaged")
    }
}

extension SQLValue {
    init(_ time: Timestamp) {
        self = .blob(PostgreSQLTime.binary(microseconds: time.microseconds))
    }
}
