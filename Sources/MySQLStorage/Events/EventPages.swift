import EventStore
import SQL
import Values

/// Rows of events at given places, or in a stretch of time.
extension EventRows {
    /// The events at these places, in no order; those that are gone are left out.
    func rows(at places: some Sequence<EventPlace>) async throws(SQLError) -> [EventRow] {
        let list = Self.document(places)
        return try await query(
            """
            SELECT \(Self.columns) FROM JSON_TABLE(\(list), '$[*]' COLUMNS (
                generated BIGINT PATH '$[0]', tie INT UNSIGNED PATH '$[1]')) AS p
            STRAIGHT_JOIN event AS e ON e.generated = p.generated AND e.tie = p.tie
            """
        ).map(EventRow.init)
    }

    /// The ids of the events at these places; small rows, for sorting many of them.
    func messageIDs(
        at places: some Sequence<EventPlace>
    ) async throws(SQLError) -> [(id: ExactText, place: EventPlace)] {
        var found: [(id: ExactText, place: EventPlace)] = []
        var rest = Array(places)[...]
        while !rest.isEmpty {
            found += try await someMessageIDs(at: rest.prefix(Self.placesAtOnce))
            rest = rest.dropFirst(Self.placesAtOnce)
        }
        return found
    }

    /// Their document has 150 kB, and fits into any `max_allowed_packet`.
    private static let placesAtOnce = 5000

    private func someMessageIDs(
        at places: ArraySlice<EventPlace>
    ) async throws(SQLError) -> [(id: ExactText, place: EventPlace)] {
        let list = Self.document(places)
        return try await query(
            """
            SELECT e.message_id, e.generated, e.tie FROM JSON_TABLE(\(list), '$[*]' COLUMNS (
                generated BIGINT PATH '$[0]', tie INT UNSIGNED PATH '$[1]')) AS p
            STRAIGHT_JOIN event AS e ON e.generated = p.generated AND e.tie = p.tie
            """
        ).map { row in
            let tie = UInt32(truncatingIfNeeded: row.integer(2))
            return (ExactText(row.text(0)), EventPlace(generated: row.integer(1), tie: tie))
        }
    }

    /// `[[generated, tie], ...]`: places are a value of the statement, however many they are.
    private static func document(_ places: some Sequence<EventPlace>) -> String {
        "[" + places.map { "[\($0.generated),\($0.tie)]" }.joined(separator: ",") + "]"
    }

    /// The first rows of a stretch of time, in its order or against it.
    func rows(
        in range: TimeRange, ascending: Bool, limit: Int
    ) async throws(SQLError) -> [EventRow] {
        try await query(
            ascending
                ? """
                SELECT \(Self.columns) FROM event AS e
                WHERE e.generated BETWEEN \(range.lower) AND \(range.upper)
                ORDER BY e.generated, e.tie LIMIT \(limit)
                """
                : """
                SELECT \(Self.columns) FROM event AS e
                WHERE e.generated BETWEEN \(range.lower) AND \(range.upper)
                ORDER BY e.generated DESC, e.tie DESC LIMIT \(limit)
                """
        ).map(EventRow.init)
    }

    /// Rows of one microsecond in the order of their ids, behind one of them.
    func rows(
        of generated: Int64, behind messageID: String?, ascending: Bool, limit: Int
    ) async throws(SQLError) -> [EventRow] {
        let found: [SQLRow]
        switch (ascending, messageID) {
        case (true, _):
            found = try await query(
                """
                SELECT \(Self.columns) FROM event AS e
                WHERE e.generated = \(generated) AND e.message_id > \(messageID ?? "")
                ORDER BY e.message_id LIMIT \(limit)
                """)
        case (false, let id?):
            found = try await query(
                """
                SELECT \(Self.columns) FROM event AS e
                WHERE e.generated = \(generated) AND e.message_id < \(id)
                ORDER BY e.message_id DESC LIMIT \(limit)
                """)
        case (false, nil):
            found = try await query(
                """
                SELECT \(Self.columns) FROM event AS e WHERE e.generated = \(generated)
                ORDER BY e.message_id DESC LIMIT \(limit)
                """)
        }
        return found.map(EventRow.init)
    }

    /// Rows in the order of their ids, behind one of them.
    func rows(
        behind messageID: String?, ascending: Bool, limit: Int
    ) async throws(SQLError) -> [EventRow] {
        let found: [SQLRow]
        switch (ascending, messageID) {
        case (true, _):
            found = try await query(
                """
                SELECT \(Self.columns) FROM event_id AS i
                STRAIGHT_JOIN event AS e ON e.generated = i.generated AND e.tie = i.tie
                WHERE i.message_id > \(messageID ?? "") ORDER BY i.message_id LIMIT \(limit)
                """)
        case (false, let id?):
            found = try await query(
                """
                SELECT \(Self.columns) FROM event_id AS i
                STRAIGHT_JOIN event AS e ON e.generated = i.generated AND e.tie = i.tie
                WHERE i.message_id < \(id) ORDER BY i.message_id DESC LIMIT \(limit)
                """)
        case (false, nil):
            found = try await query(
                """
                SELECT \(Self.columns) FROM event_id AS i
                STRAIGHT_JOIN event AS e ON e.generated = i.generated AND e.tie = i.tie
                ORDER BY i.message_id DESC LIMIT \(limit)
                """)
        }
        return found.map(EventRow.init)
    }
}
