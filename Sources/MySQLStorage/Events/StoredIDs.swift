import MySQL
import SQL
import Values

/// Rows of the table `event_id`.
struct StoredIDs {
    struct Row {
        let origin: Int64
        let digest: [UInt8]
    }

    private var rows: [ExactText: Row] = [:]

    init(_ messageIDs: [String], on connection: MySQLConnection) async throws(SQLError) {
        var start = 0
        while start < messageIDs.count {
            let end = min(start + Self.atOnce, messageIDs.count)
            var statement: SQLStatement = """
                SELECT message_id, origin, digest FROM event_id
                WHERE message_id IN (\(messageIDs[start])
                """
            // Always as many places, or each number of ids would be a statement of its own.
            for index in start + 1..<start + Self.atOnce {
                statement += ", \(messageIDs[min(index, end - 1)])"
            }
            statement += ")"
            for row in try await connection.query(statement) {
                rows[ExactText(row.text(0))] = Row(
                    origin: row.integer(1), digest: row.blob(2))
            }
            start = end
        }
    }

    private static let atOnce = 64

    subscript(_ messageID: String) -> Row? { rows[ExactText(messageID)] }
}
