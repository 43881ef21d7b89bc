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

    private struct Stretch {
        let partition: TablePartition
        let range: Range<Int64>
    }

    /// Rebuilds partitions of `posting` that are more than half empty.
    ///
    /// - Parameter merged: where lists were merged just now.
    func giveBack(within merged: Range<Int64>) async throws(SQLError) {
        for stretch in try await stretches()
        where stretch.range.overlaps(merged) && stretch.partition.bytes >= Self.leastBytes {
            guard try await isMerged(stretch.range), let rest = try await bytes(in: stretch.range),
                rest < stretch.partition.bytes / 2
            else { continue }
            try await rebuild(stretch)
        }
    }

    /// Without the catch-all, which holds days that nobody expected.
    private func stretches() async throws(SQLError) -> [Stretch] {
        var stretches: [Stretch] = []
        var start = Int64.min
        for partition in try await TablePartition.all(of: "posting", on: connection) {
            guard let end = partition.end else { break }
            stretches.append(Stretch(partition: partition, range: start..<end))
            start = end
        }
        return stretches
    }

    private func isMerged(_ range: Range<Int64>) async throws(SQLError) -> Bool {
        try await connection.query(
            """
            SELECT 1 FROM posting_backlog
            WHERE day >= \(range.lowerBound) AND day < \(range.upperBound) LIMIT 1
            """
        ).isEmpty
    }

    /// About how many bytes a rebuilt partition would have; nil where these are too many rows.
    private func bytes(in range: Range<Int64>) async throws(SQLError) -> Int64? {
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
    private func rebuild(_ stretch: Stretch) async throws(SQLError) {
        let partition = stretch.partition
        do throws(SQLError) {
            try await connection.run(
                script: """
                    SET STATEMENT lock_wait_timeout = 5
                    FOR ALTER TABLE posting REORGANIZE PARTITION \(partition.name) INTO
                    (PARTITION \(partition.nextName) VALUES LESS THAN (\(stretch.range.upperBound)))
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
