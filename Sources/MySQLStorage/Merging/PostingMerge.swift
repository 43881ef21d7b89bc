import MySQL
import SQL

/// Makes few long posting lists of many short ones, where nothing has been written for a while.
///
/// Safe beside everything else: a transaction moves lists from `posting` to `posting_day`, writers
/// only add lists of their own, and readers see the lists either before or after it. An instance
/// that is killed leaves lists as they were; another goes on from where it was.
struct PostingMerge {
    let connection: MySQLConnection
    let quiet: Duration

    /// Rows of `posting` whose sizes are read at once.
    static let rowsAtOnce = 5000
    /// Lists that are merged in one transaction; more where one list is made of more.
    private static let listsInTransaction = 1000

    /// Merges what is quiet, until all is done or it takes too long.
    func run(until end: ContinuousClock.Instant) async throws(SQLError) {
        while !Task.isCancelled, .now < end,
            let claim = try await MergeClaim(quiet: quiet, on: connection)
        {
            let isDone: Bool
            do throws(SQLError) {
                isDone = try await merge(claim, until: end)
            } catch {
                // The service stops, or another one has taken over: what was not committed is undone.
                if error.kind == .cancelled || error.kind == .interrupted { return }
                // It may be the link that is lost: then the claim ends by itself.
                try? await claim.release()
                throw error
            }
            guard isDone else { return try await claim.release() }
            try await claim.finish()
            try await PartitionSpace(connection: connection).giveBack(within: claim.range)
        }
    }

    /// - Returns: false where some is left: it took too long.
    private func merge(
        _ claim: MergeClaim, until end: ContinuousClock.Instant
    ) async throws(SQLError) -> Bool {
        var position = MergePlan.End.key(claim.firstKey)
        while position != .all {
            if Task.isCancelled || .now >= end { return false }
            let plan = try await plan(claim, behind: position)
            for merges in plan.merges.chunks(of: Self.listsInTransaction) {
                try await MergeTransaction(connection: connection, claim: claim)
                    .commit(merges, doneTo: position.doneTo)
            }
            position = plan.end
        }
        return true
    }

    private func plan(
        _ claim: MergeClaim, behind position: MergePlan.End
    ) async throws(SQLError) -> MergePlan {
        var statement: SQLStatement = """
            SELECT trait_key, minute, list, LENGTH(entries) FROM posting
            WHERE minute >= \(claim.range.lowerBound) AND minute < \(claim.range.upperBound)
            """
        switch position {
        case .all: break
        case .key(let key): statement += " AND trait_key > \(key)"
        case .minute(let minute, let key):
            statement += " AND (trait_key > \(key) OR trait_key = \(key) AND minute > \(minute))"
        }
        statement += " ORDER BY trait_key, minute, list LIMIT \(Self.rowsAtOnce)"
        let rows = try await connection.query(statement).map { row in
            MergePlan.Row(
                key: row.integer(0), minute: row.integer(1), number: row.integer(2),
                bytes: Int(row.integer(3)))
        }
        return MergePlan(rows, isCut: rows.count == Self.rowsAtOnce, days: claim.days)
    }
}

extension MergePlan.End {
    /// The key up to which everything is done.
    fileprivate var doneTo: Int64 {
        switch self {
        case .all: .max
        case .key(let key): key
        case .minute(_, of: let key): key == .min ? key : key - 1
        }
    }
}

extension [ListsToMerge] {
    /// Cut where so many lists are together.
    fileprivate func chunks(of count: Int) -> [ArraySlice<ListsToMerge>] {
        var chunks: [ArraySlice<ListsToMerge>] = []
        var start = 0
        var size = 0
        for index in indices {
            size += self[index].lists.count
            if size >= count {
                chunks.append(self[start...index])
                start = index + 1
                size = 0
            }
        }
        if start < self.count { chunks.append(self[start...]) }
        return chunks
    }
}
