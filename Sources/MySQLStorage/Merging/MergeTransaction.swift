import MySQL
import SQL

/// Puts some merged lists into the place of those they are made of, all of them or none.
struct MergeTransaction {
    let connection: MySQLConnection
    let claim: MergeClaim

    /// - Throws: `.interrupted` where another instance has taken over: nothing was written.
    func commit(_ merges: ArraySlice<ListsToMerge>, doneTo key: Int64) async throws(SQLError) {
        try await TransactionRetry { _ in }.run { () async throws(SQLError) in
            try await connection.transaction { () async throws(SQLError) in
                // Days first, as retention does.
                let days = try await days(of: merges)
                let minutes = try await minutes(of: merges)
                try await write(PostingChange(merges, days: days, minutes: minutes))
                try await claim.renew(doneTo: key)
            }
        }
    }

    /// The lists of days that are there already, locked: what comes late is merged with them.
    private func days(
        of merges: ArraySlice<ListsToMerge>
    ) async throws(SQLError) -> [StoredPostingList] {
        let wanted = merges.filter { $0.span == .day }
        if wanted.isEmpty { return [] }
        let list = wanted.map { "[\($0.key),\($0.start)]" }.joined(separator: ",")
        return try await connection.query(
            """
            SELECT 1 AS span, p.trait_key, p.day, p.list, p.entries
            FROM JSON_TABLE(\("[\(list)]"), '$[*]' COLUMNS (
                trait_key BIGINT PATH '$[0]', day BIGINT PATH '$[1]')) AS m
            STRAIGHT_JOIN posting_day AS p ON p.trait_key = m.trait_key AND p.day = m.day
            FOR UPDATE
            """
        ).compactMap(StoredPostingList.init)
    }

    /// Those that are to be merged, locked, as far as they are still there.
    private func minutes(
        of merges: ArraySlice<ListsToMerge>
    ) async throws(SQLError) -> [StoredPostingList] {
        let list = merges.flatMap { merge in
            merge.lists.map { "[\(merge.key),\($0.minute),\($0.number)]" }
        }.joined(separator: ",")
        return try await connection.query(
            """
            SELECT 0 AS span, p.trait_key, p.minute, p.list, p.entries
            FROM JSON_TABLE(\("[\(list)]"), '$[*]' COLUMNS (
                trait_key BIGINT PATH '$[0]', minute BIGINT PATH '$[1]',
                list INT UNSIGNED PATH '$[2]')) AS m
            STRAIGHT_JOIN posting AS p
                ON p.trait_key = m.trait_key AND p.minute = m.minute AND p.list = m.list
            FOR UPDATE
            """
        ).compactMap(StoredPostingList.init)
    }

    private func write(_ change: PostingChange) async throws(SQLError) {
        try await connection.execute(
            "DELETE FROM posting WHERE trait_key = ? AND minute = ? AND list = ?",
            for: change.oldMinutes)
        if !change.oldDays.isEmpty {
            try await connection.execute(
                "DELETE FROM posting_day WHERE trait_key = ? AND day = ? AND list = ?",
                for: change.oldDays)
        }
        if !change.newDays.isEmpty {
            try await connection.execute(
                """
                INSERT INTO posting_day (trait_key, day, list, finish, entries)
                VALUES (?, ?, ?, ?, ?)
                """, for: change.newDays)
        }
        if !change.newMinutes.isEmpty {
            try await connection.execute(
                "INSERT INTO posting (trait_key, minute, list, entries) VALUES (?, ?, ?, ?)",
                for: change.newMinutes)
        }
    }
}
