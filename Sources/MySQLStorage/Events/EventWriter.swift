import EventStore
import MySQL
import SQL
import Values

/// Writes a group of events in one transaction, in few round trips: ids, events, postings.
struct EventWriter {
    let connection: MySQLConnection
    let names: EventTypeNames
    let backlog: PostingBacklog

    /// - Returns: for each event of the group that was stored before, its place and the stored digest.
    func write(_ group: EventGroup) async throws(SQLError) -> [Int: [UInt8]] {
        let types = try await names.note(group.events, on: connection)
        try await backlog.mark(group.events, on: connection)
        return try await connection.transaction { () async throws(SQLError) in
            let found = try await insertIDs(of: group)
            // A transaction of ours was committed and we were not told: all of it is there.
            if found.ours == 0 {
                let new = group.logOrder.filter { found.known[$0] == nil }
                try await insert(group.events, at: new, types)
            }
            return found.known
        }
    }

    private struct FoundIDs {
        /// Digests of events that were stored before, by their places.
        var known: [Int: [UInt8]] = [:]
        /// How many were stored before by an attempt of this very group.
        var ours = 0
    }

    /// Takes the ids that are free, waiting for other transactions that are about to.
    private func insertIDs(of group: EventGroup) async throws(SQLError) -> FoundIDs {
        var rows = BulkRows(.blob, .integer, .integer, .integer, .blob)
        for event in group.events {
            rows.append(
                .text(event.event.messageID), .integer(event.place.generated),
                .integer(Int64(event.tie)), .integer(group.origin), .blob(event.digest))
        }
        // Not INSERT IGNORE: it would also pass over whatever does not fit.
        let inserted = try await connection.execute(
            """
            INSERT INTO event_id (message_id, generated, tie, origin, digest)
            VALUES (?, ?, ?, ?, ?)
            ON DUPLICATE KEY UPDATE message_id = message_id
            """, for: rows)
        if inserted == group.events.count { return FoundIDs() }
        return try await lookUp(group, inserted: inserted)
    }

    /// Tells the ids that were there before from those that were inserted.
    private func lookUp(
        _ group: EventGroup, inserted: Int
    ) async throws(SQLError) -> FoundIDs {
        let stored = try await StoredIDs(group.events.map(\.event.messageID), on: connection)
        var found = FoundIDs()
        var ours = 0
        for (place, event) in group.events.enumerated() {
            guard let row = stored[event.event.messageID] else {
                throw SQLError(kind: .deadlock, code: 0, message: "an id went while it was written")
            }
            if row.origin == group.origin {
                ours += 1
            } else {
                found.known[place] = row.digest
            }
        }
        if ours == inserted { return found }
        guard inserted == 0 else {
            throw SQLError(kind: .deadlock, code: 0, message: "ids of this group were half written")
        }
        found.ours = ours
        return found
    }

    /// - Parameter new: where in `events` those to insert are, in the order of the log, so that rows
    ///   are appended.
    private func insert(
        _ events: [PreparedEvent], at new: [Int], _ types: [ExactText: Int64]
    ) async throws(SQLError) {
        if new.isEmpty { return }
        var rows = EventRowsToWrite()
        for index in new {
            guard let typeID = types[events[index].type] else { throw EventTypeNames.unnoted }
            rows.append(events[index], typeID: typeID)
        }
        try await connection.execute(
            """
            INSERT INTO event (generated, tie, message_id, event_type_id, parts, traits, raw)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """, for: rows.events)
        if !rows.parts.isEmpty {
            try await connection.execute(
                """
                INSERT INTO event_part (generated, tie, document, part, content)
                VALUES (?, ?, ?, ?, ?)
                """, for: rows.parts)
        }
        try await connection.execute(
            "INSERT INTO posting (trait_key, minute, list, entries) VALUES (?, ?, ?, ?)",
            for: PostingRows(events, at: new).rows)
    }
}
