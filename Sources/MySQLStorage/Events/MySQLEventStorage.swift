import EventStore
import MySQL
import SQL
import SQLStorage
import Values

/// Events on a MySQL or MariaDB server: a log in the order of time, and posting lists over it.
struct MySQLEventStorage: EventStorage {
    private let database: MySQLDatabase

    init(_ database: MySQLDatabase) {
        self.database = database
    }

    func record(_ events: [IncomingEvent]) async throws(StorageError) -> [RecordOutcome] {
        if events.isEmpty { return [] }
        var group = EventGroup(events, ties: database.ties.range)
        let known = try await database.write { connection throws(SQLError) in
            let writer = EventWriter(
                connection: connection, names: database.names, backlog: database.backlog)
            do throws(SQLError) {
                return try await writer.write(group)
            } catch {
                guard error.code == Self.duplicateKey else { throw error }
                // An event of the same microsecond has the same tie.
                database.ties.widen()
                group.drawTies(in: database.ties.range)
                return try await writer.write(group)
            }
        }
        return group.outcomes(known: known)
    }

    /// ER_DUP_ENTRY.
    private static let duplicateKey = 1062

    func events(matching query: EventQuery) async throws(StorageError) -> [Event] {
        try await read { rows throws(SQLError) in
            if let id = query.messageID {
                let event = try await rows.event(messageID: id) {
                    query.accepts($0) && query.limit > 0
                }
                return event.map { [$0] } ?? []
            }
            if query.order.sortsByTime {
                var search = EventSearch(query, rows: rows)
                return try await search?.page() ?? []
            }
            var search = IDSearch(query, rows: rows)
            return try await search.page()
        }
    }

    func event(
        _ messageID: String, visibleTo visibility: Visibility
    ) async throws(StorageError) -> Event? {
        try await read { rows throws(SQLError) in
            try await rows.event(messageID: messageID, where: visibility.admits)
        }
    }

    func eventTypes(visibleTo visibility: Visibility) async throws(StorageError) -> [String] {
        let noted = try await read { rows throws(SQLError) in try await rows.notedTypes() }
        var visible: [String] = []
        for type in noted {
            // A type is noted for ever; its events may be gone, or not for this caller.
            let query = EventQuery(
                eventType: type, order: .newestFirst, limit: 1, visibility: visibility)
            if try await !events(matching: query).isEmpty { visible.append(type) }
        }
        return visible
    }

    func traitDescriptions(
        of eventType: String, visibleTo visibility: Visibility
    ) async throws(StorageError) -> [TraitDescription] {
        let noted = try await read { rows throws(SQLError) in
            try await rows.notedTraits(of: eventType)
        }
        var present: [TraitDescription] = []
        for description in noted {
            let query = EventQuery(
                eventType: eventType, having: description, order: .newestFirst, limit: 1,
                visibility: visibility)
            if try await !events(matching: query).isEmpty { present.append(description) }
        }
        return present
    }

    func deleteEvents(
        before cutoff: Timestamp, of types: EventTypeSelection, batchSize: Int
    ) async throws(StorageError) -> Int {
        let names = database.names
        return try await database.write { connection throws(SQLError) in
            let rows = EventRows(
                connection: connection, names: names, deadline: QueryDeadline(.seconds(3600)))
            return try await Retention(rows: rows, cutoff: cutoff)
                .deleteEvents(of: types, batchSize: batchSize)
        }
    }

    func maintain(
        at now: Timestamp, droppingBefore cutoff: Timestamp?
    ) async throws(StorageError) -> Int {
        let options = database.options
        return try await database.maintain { connection throws(SQLError) in
            let count = try await Partitions(connection: connection, options: options)
                .maintain(at: now, droppingBefore: cutoff)
            if let quiet = options.mergeAfter {
                try await PostingMerge(connection: connection, quiet: quiet)
                    .run(until: .now + Self.longestMerge)
            }
            return count
        }
    }

    /// What is left then waits for the next time: events that are to be deleted wait meanwhile.
    private static let longestMerge = Duration.seconds(60)

    func eventCount() async throws(StorageError) -> Int? {
        try await read { rows async throws(SQLError) -> Int? in
            try await rows.query("SELECT count(*) FROM event").first.map { Int($0.integer(0)) }
        }
    }

    func status() async -> StorageStatus {
        await StoreInspection(database).status()
    }

    private func read<Output: Sendable>(
        _ work: (EventRows) async throws(SQLError) -> Output
    ) async throws(StorageError) -> Output {
        let names = database.names
        let deadline = QueryDeadline(database.options.queryTimeout)
        return try await database.read { connection throws(SQLError) in
            try await work(
                EventRows(connection: connection, names: names, deadline: deadline))
        }
    }
}

extension EventQuery {
    /// The event is part of the answer: it matches and lies behind `after`.
    func accepts(_ event: Event) -> Bool {
        if let after, !order.precedes(after, EventPosition(of: event)) { return false }
        return matches(event)
    }
}
