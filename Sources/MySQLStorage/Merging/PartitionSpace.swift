import MySQL
import SQL

/// Gives the space of merged lists back to the file system. InnoDB keeps it for more rows of the same
/// partition, and one whose days are all merged gets few.
struct PartitionSpace {
    let connection: MySQLConnection

    /// Smaller files are not worth an ALTER.
    private static let leastBytes: Int64 = 16 << 20
    /// With more rows the ALTER would hold up writers for longer than about a second.
    private static let mostRows = 500_000
    /// Of a row of InnoDB's beside its entries: key, header and what is left free in a page.
    private static let rowBytes: Int64 = 48

    private struct Partition {
        let name: String
        /// For the same stretch, when it is made anew.
        let nextName: String
        let range: Range<Int64>
        let bytes: Int64
    }

    /// Rebuilds partitions of `posting` that are more than half empty.
    ///
    /// - Parameter merged: where lists were merged just now.
    func giveBack(within merged: Range<Int64>) async throws(SQLError) {
        for partition in try await partitions()
        where partition.range.overlaps(merged) && partition.bytes >= Self.leastBytes {
            guard try await isMerged(partition), let rest = try await bytes(in: partition),
                rest < partition.bytes / 2
            else { continue }
            try await rebuild(partition)
        }
    }

    /// Without the catch-all, which holds days that nobody expected.
    private func partitions() async throws(SQLError) -> [Partition] {
        var partitions: [Partition] = []
        var start = Int64.min
        for row in try await connection.query(
            """
            SELECT partition_name, partition_description, data_length
            FROM information_schema.partitions
            WHERE table_schema = DATABASE() AND table_name = 'posting'
            AND partition_name IS NOT NULL ORDER BY partition_ordinal_position
            """)
        {
            let found = TablePartition(name: row.text(0), end: Int64(row.text(1)))
            guard let end = found.end else { continue }
            partitions.append(
                Partition(
                    name: found.name, nextName: found.nextName, range: start..<end,
                    bytes: row.integer(2)))
            start = end
        }
        return partitions
    }

    private func isMerged(_ partition: Partition) async throws(SQLError) -> Bool {
        let range = partition.range
        return try await connection.query(
            """
            SELECT 1 FROM posting_backlog
            WHERE day >= \(range.lowerBound) AND day < \(range.upperBound) LIMIT 1
            """
        ).isEmpty
    }

    /// About how many bytes a rebuilt partition would have; nil where these are too many rows.
    private func bytes(in partition: Partition) async throws(SQLError) -> Int64? {
        let range = partition.range
        let row = try await connection.query(
            """
            SELECT COUNT(*), COALESCE(SUM(size), 0) FROM (
                SELECT LENGTH(entries) AS size FROM posting
                WHERE minute >= \(range.lowerBound) AND minute < \(range.upperBound)
                LIMIT \(Self.mostRows + 1)) AS some
            """
        ).first
        guard let row, row.integer(0) <= Int64(Self.mostRows) else { return nil }
        return row.integer(0) * Self.rowBytes + (Int64(row.text(1)) ?? 0)
    }

    /// Waits briefly for whoever uses the table: those who come later wait behind it. Not by REBUILD
    /// PARTITION, which keeps the name: see `TablePartition`.
    private func rebuild(_ partition: Partition) async throws(SQLError) {
        do throws(SQLError) {
            try await connection.run(
                script: """
                    SET STATEMENT lock_wait_timeout = 5
                    FOR ALTER TABLE posting REORGANIZE PARTITION \(partition.name) INTO
                    (PARTITION \(partition.nextName) VALUES LESS THAN (\(partition.range.upperBound)))
                    """)
        } catch {
            // In use for too long, or dropped meanwhile: the space stays with the partition.
            guard error.code == Self.lockWaitTimeout || error.code == Self.noPartition else {
                throw error
            }
        }
    }

    /// ER_LOCK_WAIT_TIMEOUT.
    private static let lockWaitTimeout = 1205
    /// ER_DROP_PARTITION_NON_EXISTENT.
    private static let noPartition = 1507
}
