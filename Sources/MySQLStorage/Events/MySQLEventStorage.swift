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
        let group = EventGroup(events)
        let names = database.names
        let known = try await database.write { connection throws(SQLError) in
            try await EventWriter(connection: connection, names: names).write(group)
        }
        return group.outcomes(known: known)
    }

    func events(matching query: EventQuery) async throws(StorageError) -> [Event] {
        try await read { rows throws(SQLError) in
            if let id = query.messageID {
                let event = try await rows.event(messageID: id)
                return event.map { query.accepts($0) && query.limit > 0 ? [$0] : [] } ?? []
            }
            return []
        }
    }

    func event(
        _ messageID: String, visibleTo visibility: Visibility
    ) async throws(StorageError) -> Event? {
        let event = try await read { rows throws(SQLError) in
            try await rows.event(messageID: messageID)
        }
        return event.flatMap { visibility.admits($0) ? $0 : nil }
    }

    func eventTypes(visibleTo visibility: Visibility) async throws(StorageError) -> [String] {
        []
    }

    func traitDescriptions(
        of eventType: String, visibleTo visibility: Visibility
    ) async throws(StorageError) -> [TraitDescription] {
        []
    }

    func deleteEvents(
        before cutoff: Timestamp, of types: EventTypeSelection, batchSize: Int
    ) async throws(StorageError) -> Int {
        0
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
