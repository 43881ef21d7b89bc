import PostgreSQL
import SQL
import Synchronization
import Values

/// What is remembered of the partitions of `event`. Only used to cut searches into pieces: the answer
/// is the same however old this is.
final class PartitionTable: Sendable {
    private let memory = Mutex<(known: KnownPartitions, until: ContinuousClock.Instant)?>(nil)

    private static let lifetime = Duration.seconds(60)

    func forget() {
        memory.withLock { $0 = nil }
    }

    func known(on connection: PostgreSQLConnection) async throws(SQLError) -> KnownPartitions {
        if let (known, until) = memory.withLock({ $0 }), until > .now { return known }
        let known = try await KnownPartitions(on: connection)
        memory.withLock { $0 = (known, .now + Self.lifetime) }
        return known
    }
}

/// The partitions of `event`, without the one that takes what belongs to none.
struct KnownPartitions: Sendable {
    let partitions: [Partition]
    /// By the server's clock.
    let readAt: Timestamp

    /// Where partitions begin or end, ascending.
    var edges: [Timestamp] {
        Set(partitions.flatMap { [$0.start, $0.end] }).sorted()
    }

    init(on connection: PostgreSQLConnection) async throws(SQLError) {
        let rows = try await connection.query(
            """
            SELECT now(), child.relname,
                substring(bound FROM 'FROM \\(''([^'']+)''\\)')::timestamptz,
                substring(bound FROM 'TO \\(''([^'']+)''\\)')::timestamptz
            FROM pg_inherits
            JOIN pg_class AS child ON child.oid = inhrelid,
            pg_get_expr(child.relpartbound, child.oid) AS bound
            WHERE inhparent = 'event'::regclass ORDER BY 3
            """)
        readAt = rows.first.flatMap { Timestamp(microseconds: $0.integer(0)) } ?? .latest
        partitions = rows.compactMap { row in
            guard !row.isNull(2), !row.isNull(3),
                let start = Timestamp(microseconds: row.integer(2)),
                let end = Timestamp(microseconds: row.integer(3))
            else { return nil }
            return Partition(name: row.text(1), start: start, end: end)
        }
    }
}

/// A table that holds the events of a stretch of time.
struct Partition: Sendable, Equatable {
    let name: String
    let start: Timestamp
    /// First instant after it.
    let end: Timestamp
}
