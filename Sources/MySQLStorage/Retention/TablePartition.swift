import MySQL
import SQL

/// One partition of a table that is divided by time.
///
/// No statement may make a partition of the name of one that it takes away. MariaDB writes the new
/// ones under names of their own, deletes the old ones and then renames. When it is killed between the
/// two, its recovery can find the old file still there, gives the renaming up, and the table is lost:
/// error 1932, "doesn't exist in engine" (10.11.19; about one in fifty kills during such a statement).
struct TablePartition: Equatable {
    let name: String
    /// First microsecond behind it; nil for the catch-all, which holds whatever comes later.
    let end: Int64?
    /// On disk, about.
    let bytes: Int64

    /// In the order of time, the catch-all last.
    static func all(
        of table: String, on connection: MySQLConnection
    ) async throws(SQLError) -> [TablePartition] {
        try await connection.query(
            """
            SELECT partition_name, partition_description, data_length
            FROM information_schema.partitions
            WHERE table_schema = DATABASE() AND table_name = \(table) AND partition_name IS NOT NULL
            ORDER BY partition_ordinal_position
            """
        ).map { TablePartition(name: $0.text(0), end: Int64($0.text(1)), bytes: $0.integer(2)) }
    }

    /// For the same stretch of time: `p20261207`, `p20261207_2`, `p20261207_3`, ...
    var nextName: String {
        let parts = name.split(separator: "_", maxSplits: 1)
        guard parts.count == 2, let count = Int(parts[1]) else { return name + "_2" }
        return "\(parts[0])_\(count + 1)"
    }
}
