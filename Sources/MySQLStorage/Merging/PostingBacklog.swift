import MySQL
import SQL
import Synchronization

/// Tells whoever merges posting lists, by the table `posting_backlog`, which days get new ones.
///
/// A day is marked at most once in a while, and before the events are written: a mark too many does
/// no harm.
final class PostingBacklog: Sendable {
    private let marked = Mutex<[Int64: ContinuousClock.Instant]>([:])
    /// How long a mark is good for.
    private let age: Duration

    private static let mostDays = 10_000

    /// - Parameter quiet: how long a day must have had no mark before its lists are merged.
    init(quiet: Duration) {
        // Well within, so that a day that is written to is never taken for a quiet one.
        age = min(.seconds(60), quiet / 4)
    }

    /// Marks everything anew from now on.
    func forget() {
        marked.withLock { $0.removeAll() }
    }

    func mark(
        _ events: [PreparedEvent], on connection: MySQLConnection
    ) async throws(SQLError) {
        let days = Set(events.map { PostingSpan.day.start(containing: $0.place.generated) })
        let now = ContinuousClock.now
        let due = marked.withLock { marked in
            days.filter { day in marked[day].map { $0 + age <= now } ?? true }
        }
        if due.isEmpty { return }
        var rows = BulkRows(.integer)
        for day in due.sorted() { rows.append(.integer(day)) }
        try await connection.execute(
            """
            INSERT INTO posting_backlog (day, since, written, claimed, owner, merged_to)
            VALUES (?, TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(6)),
                TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(6)),
                0, 0, -9223372036854775808)
            ON DUPLICATE KEY UPDATE written = VALUES(written), merged_to = VALUES(merged_to)
            """, for: rows)
        marked.withLock { marked in
            if marked.count > Self.mostDays { marked.removeAll() }
            for day in due { marked[day] = now }
        }
    }
}
