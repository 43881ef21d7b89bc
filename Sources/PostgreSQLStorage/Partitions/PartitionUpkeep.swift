import PostgreSQL
import SQL
import SQLStorage
import Values

/// Makes the partitions of the time to come, and drops those that have outlived every rule.
///
/// Several instances may run it at once: each transaction takes a lock of the database's first, and
/// who does not get it leaves the work to the one that has it.
struct PartitionUpkeep {
    let connection: PostgreSQLConnection
    let options: ServerStoreOptions
    let sizes: StoreSizes

    /// Nobody waits behind us for longer: the locks below stop everybody who writes or reads.
    private static let lockTimeout: SQLStatement = "SET LOCAL lock_timeout = '2s'"
    private static let limit = Duration.seconds(600)

    /// - Returns: how many partitions were made.
    func prepare(at now: Timestamp) async throws(SQLError) -> Int {
        let wanted = options.partitions.stretches(from: now, ahead: options.partitionsAhead)
        if wanted.isEmpty { return 0 }
        return try await alone { () async throws(SQLError) -> Int in
            let known = try await KnownPartitions(on: connection).partitions
            let missing = wanted.filter { stretch in
                !known.contains { $0.start < stretch.end && stretch.start < $0.end }
            }
            if missing.isEmpty { return 0 }
            // Before anything is looked at: what is written meanwhile waits for its partition.
            try await connection.execute("LOCK TABLE event_other IN ACCESS EXCLUSIVE MODE")
            for stretch in missing { try await make(stretch) }
            return missing.count
        } ?? 0
    }

    /// Made beside the log and attached: that stops nobody who uses another partition.
    private func make(_ stretch: PartitionStretch) async throws(SQLError) {
        let name = SQLStatement(stringLiteral: "event_\(stretch.name)")
        let (start, end) = (SQLValue(stretch.start), SQLValue(stretch.end))
        try await connection.execute(
            "CREATE TABLE \(name) (LIKE event INCLUDING DEFAULTS INCLUDING STORAGE)")
        try await connection.execute(
            """
            INSERT INTO \(name) SELECT * FROM event_other
            WHERE generated >= \(start) AND generated < \(end)
            """, within: Self.limit)
        try await connection.execute(
            "DELETE FROM event_other WHERE generated >= \(start) AND generated < \(end)",
            within: Self.limit)
        try await connection.execute(
            """
            ALTER TABLE event ATTACH PARTITION \(name) FOR VALUES
            FROM ('\(Self.literal(stretch.start))') TO ('\(Self.literal(stretch.end))')
            """, within: Self.limit)
    }

    /// Has the index on ranges of time know the blocks that were filled since the last time: until
    /// then every search in a window reads them, too. A vacuum does the same, but only once a fifth
    /// of a partition is new; where one is at work it is not disturbed.
    func summarizeTimes() async throws(SQLError) {
        _ = try await connection.search(
            """
            SELECT brin_summarize_new_values(part.inhrelid)::bigint
            FROM pg_inherits AS part
            JOIN pg_index ON pg_index.indexrelid = part.inhrelid
            JOIN pg_class AS log ON log.oid = pg_index.indrelid
            JOIN pg_stat_user_tables AS grown ON grown.relid = log.oid
            WHERE part.inhparent = to_regclass('event_time_ranges') AND grown.n_ins_since_vacuum > 0
                AND pg_has_role(log.relowner, 'USAGE')
                AND NOT EXISTS (SELECT FROM pg_stat_progress_vacuum AS v WHERE v.relid = log.oid)
            """, within: Self.limit)
    }

    /// Takes whole partitions out of the log, and then their ids out of `event_id`.
    ///
    /// - Returns: how many events went.
    func drop(before cutoff: Timestamp?) async throws(SQLError) -> Int {
        if let cutoff {
            for partition in try await KnownPartitions(on: connection).partitions
            where partition.end <= cutoff { try await detach(partition) }
        }
        let expired = try await connection.query(
            """
            SELECT relname FROM pg_class WHERE relnamespace = (
                SELECT relnamespace FROM pg_class WHERE oid = 'event'::regclass
            ) AND relkind = 'r' AND NOT relispartition AND relname ~ '^event_expired_[0-9]+$'
            ORDER BY relname
            """)
        var count = 0
        for row in expired { count += try await remove(row.text(0)) }
        return count
    }

    private func detach(_ partition: Partition) async throws(SQLError) {
        let name = SQLStatement(stringLiteral: partition.name)
        let number = partition.name.filter(\.isNumber)
        let expired = SQLStatement(stringLiteral: "event_expired_\(number)")
        _ = try await alone { () async throws(SQLError) -> Bool in
            try await connection.execute("ALTER TABLE event DETACH PARTITION \(name)")
            try await connection.execute("ALTER TABLE \(name) RENAME TO \(expired)")
            return true
        }
    }

    /// Forgets the ids of a table that is no part of the log any more, batch by batch, and drops it.
    /// Whoever is killed in between leaves a table with which the next one begins again.
    private func remove(_ name: String) async throws(SQLError) -> Int {
        let table = SQLStatement(stringLiteral: name)
        var last = SQLValue(Timestamp.earliest.advanced(byMicroseconds: -1))
        var count = 0
        while true {
            let edge = try await connection.search(
                """
                SELECT generated FROM \(table) WHERE generated >= \(last)
                ORDER BY generated OFFSET \(sizes.droppedIDs) LIMIT 1
                """, within: Self.limit
            ).first.map { SQLValue.blob(PostgreSQLTime.binary(microseconds: $0.integer(0))) }
            guard let gone = try await forgetIDs(of: table, from: last, to: edge) else {
                return count
            }
            count += gone
            guard let edge, edge != last else { break }
            last = edge
        }
        _ = try await alone { () async throws(SQLError) -> Bool in
            try await connection.execute("DROP TABLE IF EXISTS \(table)")
            return true
        }
        return count
    }

    /// - Returns: nil where another instance is at it.
    private func forgetIDs(
        of table: SQLStatement, from start: SQLValue, to end: SQLValue?
    ) async throws(SQLError) -> Int? {
        // Many events of one instant are one batch, however many: time is all there is to cut by.
        let condition: SQLStatement = end.map { " AND gone.generated <= \($0)" } ?? ""
        return try await alone { () async throws(SQLError) -> Int in
            try await connection.execute(
                """
                DELETE FROM event_id USING \(table) AS gone
                WHERE gone.generated >= \(start)\(condition)
                    AND event_id.message_id = gone.message_id
                    AND NOT EXISTS (
                        SELECT 1 FROM event WHERE event.generated = event_id.generated
                            AND event.message_id = event_id.message_id)
                """, within: Self.limit)
        }
    }

    /// One transaction under the lock of the upkeep.
    ///
    /// - Returns: nil where another instance has the lock.
    private func alone<Output: Sendable>(
        _ work: () async throws(SQLError) -> Output
    ) async throws(SQLError) -> Output? {
        try await connection.transaction { () async throws(SQLError) -> Output? in
            try await connection.execute(Self.lockTimeout)
            let rows = try await connection.query(
                "SELECT pg_try_advisory_xact_lock(7022080516)")
            guard rows.first?.integer(0) == 1 else { return nil }
            return try await work()
        }
    }

    /// A statement that makes or changes a table takes no values.
    private static func literal(_ time: Timestamp) -> SQLStatement {
        SQLStatement(stringLiteral: "\(time)+00")
    }
}
