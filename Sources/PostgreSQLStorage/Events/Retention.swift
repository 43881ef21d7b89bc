import EventStore
import PostgreSQL
import SQL
import Values

/// Deletes the oldest events, in one transaction a batch.
struct Retention {
    let connection: PostgreSQLConnection
    let types: EventTypeTable
    private static let limit = Duration.seconds(60)

    /// - Returns: how many events went.
    func deleteEvents(
        before cutoff: Timestamp, of selection: EventTypeSelection, batchSize: Int
    ) async throws(SQLError) -> Int {
        switch selection {
        case .all:
            return try await delete(before: cutoff, of: nil, atMost: batchSize)
        case .only(let name):
            guard let type = try await types.id(of: name, on: connection) else { return 0 }
            return try await delete(before: cutoff, of: type, atMost: batchSize)
        case .allExcept(let kept):
            let rows = try await connection.query(
                """
                SELECT event_type_id FROM event_type
                WHERE name <> ALL(\(.blob(BinaryArray.texts(kept)))::text[])
                """, within: Self.limit)
            var count = 0
            for row in rows where count < batchSize {
                count += try await delete(
                    before: cutoff, of: row.integer(0), atMost: batchSize - count)
            }
            return count
        }
    }

    /// - Parameter type: nil for events of every type.
    private func delete(
        before cutoff: Timestamp, of type: Int64?, atMost count: Int
    ) async throws(SQLError) -> Int {
        let condition: SQLStatement = type.map { " AND event_type_id = \($0)" } ?? ""
        let found = try await connection.search(
            """
            SELECT message_id, generated FROM event
            WHERE generated < \(SQLValue(cutoff))\(condition) ORDER BY generated LIMIT \(count)
            """, within: Self.limit)
        guard let first = found.first, let last = found.last else { return 0 }
        // In the order in which a publisher takes ids, so that neither waits for the other in vain.
        let ids = found.map { $0.text(0) }.sorted { $0.precedesExactly($1) }
        let binary = SQLValue.blob(BinaryArray.texts(ids))
        let bounds = (
            SQLValue.blob(PostgreSQLTime.binary(microseconds: first.integer(1))),
            SQLValue.blob(PostgreSQLTime.binary(microseconds: last.integer(1)))
        )
        return try await connection.transaction { () async throws(SQLError) -> Int in
            try await connection.execute(
                "DELETE FROM event_id WHERE message_id = ANY(\(binary)::text[])",
                within: Self.limit)
            return try await connection.execute(
                """
                DELETE FROM event WHERE generated >= \(bounds.0) AND generated <= \(bounds.1)
                    AND message_id = ANY(\(binary)::text[])
                """, within: Self.limit)
        }
    }
}
