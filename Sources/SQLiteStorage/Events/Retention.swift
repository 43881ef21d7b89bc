import EventStore
import SQL
import SQLite
import Values

/// Deletes the oldest events, found by the index in the order of time.
struct Retention {
    let reader: EventReader

    private var database: Database { reader.database }

    /// Part of one transaction.
    ///
    /// - Returns: how many events went.
    func deleteEvents(
        before cutoff: Timestamp, batchSize: Int, tail: [TailCandidates]
    ) throws(SQLError) -> Int {
        let query = EventQuery(end: cutoff.advanced(byMicroseconds: -1))
        let sources = try reader.sources(for: query, plan: IndexPlan(for: query), tail: tail)
        var line = sources.sorted { $0.edge > $1.edge }
        var heads: [(source: any EventSource, entry: RunEntry)] = []
        let rows = EventRows(database: database, names: reader.names)
        var deleted: [Int64: Int64] = [:]
        var count = 0
        var last = Int64.min
        while count < batchSize {
            try openDue(&line, &heads, rows)
            guard
                let place = heads.indices.min(by: {
                    heads[$0].entry.generated < heads[$1].entry.generated
                })
            else { break }
            let (source, entry) = heads.remove(at: place)
            last = entry.generated
            if let type = try delete(entry.number) {
                deleted[type, default: 0] += 1
                count += 1
            }
            if let next = try source.next(in: rows) { heads.append((source, next)) }
        }
        try lower(deleted)
        // All before the last one are gone; when none is left, all before the cutoff.
        let retainedFrom = count < batchSize ? cutoff.microseconds : last
        if try StoreFact.retainedFrom.value(in: database) < retainedFrom {
            try StoreFact.retainedFrom.set(retainedFrom, in: database)
        }
        return count
    }

    private func openDue(
        _ line: inout [any EventSource],
        _ heads: inout [(source: any EventSource, entry: RunEntry)], _ rows: EventRows
    ) throws(SQLError) {
        while let next = line.last {
            let best = heads.lazy.map(\.entry.generated).min()
            if let best, best < next.edge { return }
            line.removeLast()
            if let entry = try next.next(in: rows) { heads.append((next, entry)) }
        }
    }

    /// - Returns: the type of the deleted event; nil where it was gone already.
    private func delete(_ number: Int64) throws(SQLError) -> Int64? {
        try database.first(
            "DELETE FROM event WHERE number = ?1 RETURNING event_type_id", [.integer(number)]
        ) { $0.integer(0) }
    }

    private func lower(_ deleted: [Int64: Int64]) throws(SQLError) {
        for (type, count) in deleted {
            try database.execute(
                "UPDATE event_type SET event_count = event_count - ?2 WHERE event_type_id = ?1",
                [.integer(type), .integer(count)])
        }
    }
}
