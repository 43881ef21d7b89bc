import SQL
import SQLite

/// Writes and removes runs, each call a part of one transaction.
struct RunTables {
    let database: Database

    /// - Returns: the new run's id. Queries do not see it before `serve`.
    func begin(
        level: Int, numbers: ClosedRange<Int64>, eventCount: Int, times: ClosedRange<Int64>
    ) throws(SQLError) -> Int64 {
        let id = try database.first(
            """
            INSERT INTO run
                (level, first_number, last_number, event_count, earliest, latest, state)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'building') RETURNING run_id
            """,
            [
                .integer(Int64(level)), .integer(numbers.lowerBound), .integer(numbers.upperBound),
                .integer(Int64(eventCount)), .integer(times.lowerBound), .integer(times.upperBound),
            ]
        ) { $0.integer(0) }
        guard let id else {
            throw SQLError(kind: .other, code: 0, message: "a run was not stored")
        }
        return id
    }

    func insert(_ rows: some Sequence<RunRow>, into run: Int64) throws(SQLError) {
        for row in rows {
            switch row {
            case .order(let page, let entries):
                try database.execute(
                    "INSERT INTO run_order (run_id, page, entries) VALUES (?1, ?2, ?3)",
                    [.integer(run), .integer(Int64(page)), .blob(entries)])
            case .posting(let key, let part, let ranks):
                try database.execute(
                    "INSERT INTO posting (run_id, key, part, ranks) VALUES (?1, ?2, ?3, ?4)",
                    [.integer(run), .integer(key), .integer(Int64(part)), .blob(ranks)])
            }
        }
    }

    /// The new run answers queries from here on, and the ones it was made of no more.
    func serve(_ run: Int64?, insteadOf old: [Run] = []) throws(SQLError) {
        if let run { try set("serving", run) }
        for run in old { try set("retired", run.id) }
    }

    private func set(_ state: String, _ run: Int64) throws(SQLError) {
        try database.execute(
            "UPDATE run SET state = ?2 WHERE run_id = ?1", [.integer(run), .text(state)])
    }

    /// A process that ended while it wrote a run leaves a part of it.
    func retireUnfinished() throws(SQLError) {
        try database.execute("UPDATE run SET state = 'retired' WHERE state = 'building'")
    }

    /// Deletes a bounded number of rows of runs that serve no more.
    ///
    /// - Returns: false where nothing is left to delete.
    func removeSomeRetired() throws(SQLError) -> Bool {
        let run = try database.first(
            "SELECT run_id FROM run WHERE state = 'retired' LIMIT 1"
        ) { $0.integer(0) }
        guard let run else { return false }
        if try removeSomePostings(of: run) { return true }
        try database.execute("DELETE FROM run_order WHERE run_id = ?1", [.integer(run)])
        try database.execute("DELETE FROM run WHERE run_id = ?1", [.integer(run)])
        return true
    }

    private func removeSomePostings(of run: Int64) throws(SQLError) -> Bool {
        let last = try database.first(
            """
            SELECT max(key) FROM
                (SELECT key FROM posting WHERE run_id = ?1 ORDER BY key LIMIT 2048)
            """, [.integer(run)]
        ) { $0.isNull(0) ? nil : $0.integer(0) }
        guard let last, let last else { return false }
        try database.execute(
            "DELETE FROM posting WHERE run_id = ?1 AND key <= ?2", [.integer(run), .integer(last)])
        return true
    }

    /// The oldest runs of one level that are due to become one of the next; empty where none are.
    func mergeable(_ sizes: RunSizes) throws(SQLError) -> [Run] {
        for level in 0..<sizes.topLevel {
            var runs: [Run] = []
            try database.query(
                """
                SELECT run_id, level, first_number, last_number, event_count, earliest, latest
                FROM run WHERE state = 'serving' AND level = ?1 ORDER BY first_number LIMIT ?2
                """, [.integer(Int64(level)), .integer(Int64(sizes.fanOut))]
            ) { row in runs.append(Run(row)) }
            if runs.count == sizes.fanOut { return runs }
        }
        return []
    }

    /// Serving runs of which retention has left nothing.
    func outlived(_ retainedFrom: Int64) throws(SQLError) -> [Run] {
        var runs: [Run] = []
        try database.query(
            """
            SELECT run_id, level, first_number, last_number, event_count, earliest, latest
            FROM run WHERE state = 'serving' AND latest < ?1
                AND run_id <> (SELECT run_id FROM run WHERE state = 'serving'
                    ORDER BY last_number DESC LIMIT 1)
            """, [.integer(retainedFrom)]
        ) { row in runs.append(Run(row)) }
        return runs
    }
}
