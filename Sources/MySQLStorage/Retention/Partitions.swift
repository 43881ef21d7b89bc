import EventStore
import MySQL
import SQL
import SQLStorage
import Values

/// Cuts the tables of events into partitions ahead of time, and drops those that are outlived.
///
/// Several instances may do so at once: each step begins with what is there, and a step that another
/// instance has just done fails on the partition's name and is passed over.
struct Partitions {
    let connection: MySQLConnection
    let options: ServerStoreOptions

    /// The same partitions on each: an event, its parts and its postings go together.
    private static let tables = ["posting_day", "posting", "event_part", "event"]
    private static let idsAtOnce = 1000

    /// - Returns: how many events went.
    func maintain(at now: Timestamp, droppingBefore cutoff: Timestamp?) async throws(SQLError)
        -> Int
    {
        if options.partitions == .none { return 0 }
        for table in Self.tables {
            guard try await cutAhead(table, from: now) else { return 0 }
        }
        guard let cutoff else { return 0 }
        var count = 0
        for partition in try await TablePartition.all(of: "event", on: connection) {
            guard let end = partition.end, end <= cutoff.microseconds else { break }
            count += try await drop(to: end)
        }
        return count
    }

    private func cutAhead(_ table: String, from now: Timestamp) async throws(SQLError) -> Bool {
        let partitions = try await TablePartition.all(of: table, on: connection)
        let last = partitions.compactMap(\.end).last ?? .min
        let missing = options.partitions.stretches(from: now, ahead: options.partitionsAhead)
            .filter { $0.end.microseconds > last }
        guard let final = missing.last, let rest = partitions.last, rest.end == nil else {
            return true
        }
        let pieces = missing.map {
            "PARTITION p\($0.name) VALUES LESS THAN (\($0.end.microseconds)),"
        }
        return try await alter(
            """
            ALTER TABLE \(table) REORGANIZE PARTITION \(rest.name)
            INTO (\(pieces.joined(separator: " "))
            PARTITION after\(final.name) VALUES LESS THAN MAXVALUE)
            """)
    }

    /// The partitions of one stretch of time. Those of the index may have got names of their own.
    private func drop(to end: Int64) async throws(SQLError) -> Int {
        let count = try await deleteIDs(before: end)
        for table in Self.tables {
            for partition in try await TablePartition.all(of: table, on: connection) {
                guard let partitionEnd = partition.end, partitionEnd <= end else { break }
                let statement = "ALTER TABLE \(table) DROP PARTITION \(partition.name)"
                guard try await alter(statement) else { return count }
            }
        }
        return count
    }

    /// The ids lie in one table over all partitions.
    private func deleteIDs(before limit: Int64) async throws(SQLError) -> Int {
        var count = 0
        var last = EventPlace(generated: .min, tie: 0)
        while true {
            let rows = try await connection.query(
                """
                SELECT generated, tie, message_id FROM event
                WHERE generated < \(limit) AND (generated > \(last.generated)
                    OR generated = \(last.generated) AND tie > \(Int64(last.tie)))
                ORDER BY generated, tie LIMIT \(Self.idsAtOnce)
                """)
            guard let end = rows.last else { return count }
            var bulk = BulkRows(.blob)
            for id in rows.map({ $0.text(2) }).sorted(by: { $0.precedesExactly($1) }) {
                bulk.append(.text(id))
            }
            count += try await connection.execute(
                "DELETE FROM event_id WHERE message_id = ?", for: bulk)
            last = EventPlace(
                generated: end.integer(0), tie: UInt32(truncatingIfNeeded: end.integer(1)))
            if rows.count < Self.idsAtOnce { return count }
        }
    }

    /// Waits briefly for whoever uses the table: those who come later wait behind it.
    ///
    /// - Returns: false where the table was in use for too long: another time will do.
    private func alter(_ statement: String) async throws(SQLError) -> Bool {
        do throws(SQLError) {
            try await connection.run(script: "SET STATEMENT lock_wait_timeout = 5 FOR \(statement)")
            return true
        } catch {
            if error.code == Self.lockWaitTimeout { return false }
            // Another instance has done it meanwhile.
            if Self.doneAlready.contains(error.code) { return true }
            throw error
        }
    }

    private static let lockWaitTimeout = 1205
    /// ER_SAME_NAME_PARTITION, ER_REORG_OUTSIDE_RANGE, ER_DROP_PARTITION_NON_EXISTENT,
    /// ER_RANGE_NOT_INCREASING_ERROR, ER_PARTITION_DOES_NOT_EXIST.
    private static let doneAlready: Set<Int> = [1517, 1520, 1507, 1493, 1735]
}
