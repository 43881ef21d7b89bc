import MySQL
import SQL

/// The days that one instance merges: rows of `posting_backlog` that bear its number.
///
/// An instance that is not heard of for some minutes loses them to another. Every transaction of a
/// merge ends with `renew`, which writes to the rows: of two instances that hold themselves for the
/// owner only one can commit, also on two nodes of a Galera cluster, where the other one's
/// transaction fails its certification.
struct MergeClaim {
    let connection: MySQLConnection
    let days: Set<Int64>
    /// The first key that is not done with; see `posting_backlog.merged_to`.
    let firstKey: Int64
    private let owner: Int64
    /// By the server's clock, in microseconds since 1970.
    private let began: Int64

    /// More would make the range of time that is read once for all of them too long.
    private static let mostDays = 64
    private static let lost = Duration.seconds(300)
    /// A day that is never quiet is merged once in so long all the same.
    private static let longest = Duration.seconds(86_400)

    /// The clock of all instances: microseconds since 1970.
    private static let now: SQLStatement =
        "TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(6))"

    /// - Returns: nil where nothing is to be merged, or others are at it.
    init?(quiet: Duration, on connection: MySQLConnection) async throws(SQLError) {
        self.connection = connection
        owner = Int64.random(in: 1 ... .max)
        let claimed = try await connection.execute(
            """
            UPDATE posting_backlog SET claimed = \(Self.now), owner = \(owner)
            WHERE claimed <= \(Self.now) - \(Self.lost.microseconds)
            AND (written <= \(Self.now) - \(quiet.microseconds)
                OR since <= \(Self.now) - \(Self.longest.microseconds))
            ORDER BY day LIMIT \(Self.mostDays)
            """)
        if claimed == 0 { return nil }
        let rows = try await connection.query(
            "SELECT day, merged_to, claimed FROM posting_backlog WHERE owner = \(owner)")
        guard let first = rows.first else { return nil }
        days = Set(rows.map { $0.integer(0) })
        firstKey = rows.map { $0.integer(1) }.min() ?? .min
        began = first.integer(2)
    }

    /// Whole days, so that a server need only look into their partitions.
    var range: Range<Int64> {
        (days.min() ?? 0)..<(days.max() ?? 0) + PostingSpan.day.length
    }

    /// The last statement of a transaction: whoever marks one of the days waits for its end.
    ///
    /// - Parameter key: everything up to this one is done.
    /// - Throws: `.interrupted` where another instance has taken over: nothing may be committed.
    func renew(doneTo key: Int64) async throws(SQLError) {
        let renewed = try await connection.execute(
            """
            UPDATE posting_backlog SET claimed = \(Self.now), merged_to = GREATEST(merged_to, \(key))
            WHERE day >= \(range.lowerBound) AND day < \(range.upperBound) AND owner = \(owner)
            """)
        guard renewed == days.count else {
            throw SQLError(
                kind: .interrupted, code: 0, message: "another instance merges these days now")
        }
    }

    /// All is merged: days that got no new lists meanwhile are done with.
    func finish() async throws(SQLError) {
        try await connection.execute(
            "DELETE FROM posting_backlog WHERE owner = \(owner) AND written <= \(began)")
        try await connection.execute(
            """
            UPDATE posting_backlog SET owner = 0, claimed = 0, since = written, merged_to = \(Int64.min)
            WHERE owner = \(owner)
            """)
    }

    /// Some is left, for whoever comes next.
    func release() async throws(SQLError) {
        try await connection.execute(
            "UPDATE posting_backlog SET owner = 0, claimed = 0 WHERE owner = \(owner)")
    }
}

extension Duration {
    /// Of at most some years.
    fileprivate var microseconds: Int64 {
        components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
    }
}
