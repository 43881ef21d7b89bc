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
        before cutoff: Timestamp, of types: EventTypeSelection, batchSize: Int,
        tail: (IndexPlan) -> [TailCandidates]
    ) throws(SQLError) -> Int {
        switch types {
        case .all:
            let (count, last) = try delete(nil, before: cutoff, atMost: batchSize, tail: tail)
            // All before the last one are gone; when none is left, all before the cutoff.
            try retain(from: count < batchSize ? cutoff.microseconds : last)
            return count
        case .only(let type):
            return try delete(type, before: cutoff, atMost: batchSize, tail: tail).count
        case .allExcept(let kept):
            var count = 0
            for type in try reader.eventTypes() where !kept.contains(where: type.isExactly) {
                if count == batchSize { break }
                count += try delete(type, before: cutoff, atMost: batchSize - count, tail: tail)
                    .count
            }
            return count
        }
    }

    /// - Parameter type: nil for events of every type.
    /// - Returns: how many events went, and when the last of them was generated.
    private func delete(
        _ type: String?, before cutoff: Timestamp, atMost batchSize: Int,
        tail: (IndexPlan) -> [TailCandidates]
    ) throws(SQLError) -> (count: Int, last: Int64) {
        let query = EventQuery(eventType: type, end: cutoff.advanced(byMicroseconds: -1))
        let plan = IndexPlan(for: query)
        let sources = try reader.sources(for: query, plan: plan, tail: tail(plan))
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
            if let typeID = try delete(entry.number, of: type) {
                deleted[typeID, default: 0] += 1
                count += 1
            }
            if let next = try source.next(in: rows) { heads.append((source, next)) }
        }
        try lower(deleted)
        return (count, last)
    }

    private func retain(from retainedFrom: Int64) throws(SQLError) {
        if try StoreFact.retainedFrom.value(in: database) < retainedFrom {
            try StoreFact.retainedFrom.set(retainedFrom, in: database)
        }
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

    /// - Returns: the type of the deleted event; nil where it was gone already, or where the index
    ///   named an event of another type.
    private func delete(_ number: Int64, of type: String?) throws(SQLError) -> Int64? {
        guard let type else {
            return try database.first(
                "DELETE FROM event WHERE number = ?1 RETURNING event_type_id", [.integer(number)]
            ) { $0.integer(0) }
        }
        return try database.first(
            """
            DELETE FROM event WHERE number = ?1 AND event_type_id =
                (SELECT event_type_id FROM event_type WHERE name = ?2)
            RETURNING event_type_id
            """, [.integer(number), .text(type)]
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
