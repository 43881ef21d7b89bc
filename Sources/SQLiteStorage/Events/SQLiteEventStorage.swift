package import EventStore
import SQL
import SQLStorage
import SQLite
package import Values

/// Events in SQLite: a log in the order of arrival, and an index in runs behind it.
package final class SQLiteEventStorage: EventStorage {
    private let store: SQLiteStore

    /// Events whose index may be in memory only; beyond it publishers wait for the keeper.
    private static let mostEventsInTail = 131_072

    package init(_ store: SQLiteStore) {
        self.store = store
    }

    package func record(_ events: [IncomingEvent]) async throws(StorageError) -> [RecordOutcome] {
        if store.tail.eventCount > Self.mostEventsInTail {
            await store.segmentWritten()
            let waiting = store.tail.eventCount
            // The keeper is not just slow, it gets nowhere.
            guard waiting < 2 * Self.mostEventsInTail else {
                throw .busy(detail: "\(waiting) events wait to be indexed")
            }
        }
        let prepared = events.map(PreparedEvent.init)
        let outcomes: [RecordOutcome]
        do throws(SQLError) {
            outcomes = try await store.writer.record(prepared)
        } catch {
            throw StorageError(error)
        }
        if store.tail.fullSegments > 0 { await store.wakeKeeper() }
        return outcomes
    }

    package func events(matching query: EventQuery) async throws(StorageError) -> [Event] {
        let plan = IndexPlan(for: query)
        // The tail before the snapshot: see `TailIndex.candidates`.
        let tail = query.messageID == nil ? store.tail.candidates(plan) : []
        return try await read { reader throws(SQLError) in
            try reader.events(matching: query, plan: plan, tail: tail)
        }
    }

    package func event(
        _ messageID: String, visibleTo visibility: Visibility
    ) async throws(StorageError) -> Event? {
        try await read { reader throws(SQLError) in
            try reader.event(messageID, visibleTo: visibility)
        }
    }

    package func eventTypes(visibleTo visibility: Visibility) async throws(StorageError) -> [String]
    {
        let types = try await read { reader throws(SQLError) in try reader.eventTypes() }
        if visibility == .everything { return types }
        var visible: [String] = []
        for type in types {
            let query = EventQuery(
                eventType: type, order: .newestFirst, limit: 1, visibility: visibility)
            if try await !events(matching: query).isEmpty { visible.append(type) }
        }
        return visible
    }

    package func traitDescriptions(
        of eventType: String, visibleTo visibility: Visibility
    ) async throws(StorageError) -> [TraitDescription] {
        let noted = try await read { reader throws(SQLError) in
            try reader.notedTraits(of: eventType)
        }
        var present: [TraitDescription] = []
        for description in noted {
            // A name is noted for ever; the events that had it may be gone.
            let query = EventQuery(
                eventType: eventType, having: description, order: .newestFirst, limit: 1,
                visibility: visibility)
            if try await !events(matching: query).isEmpty { present.append(description) }
        }
        return present
    }

    package func deleteEvents(
        before cutoff: Timestamp, of types: EventTypeSelection, batchSize: Int
    ) async throws(StorageError) -> Int {
        let reader = self.reader
        let tail = store.tail
        do throws(SQLError) {
            let count = try await store.writer.maintain { database throws(SQLError) in
                try Retention(reader: reader(database)).deleteEvents(
                    before: cutoff, of: types, batchSize: batchSize, tail: tail.candidates)
            }
            if count < batchSize { await store.wakeKeeper() }
            return count
        } catch {
            throw StorageError(error)
        }
    }

    package func eventCount() async throws(StorageError) -> Int? {
        try await read { reader throws(SQLError) in try reader.eventCount() }
    }

    package func status() async -> StorageStatus {
        var failure = await store.writer.failureReason
        var durability: [DurabilitySetting] = []
        var version = 0
        do throws(SQLError) {
            (durability, version) = try await store.writer.inForce()
        } catch {
            failure = failure ?? error.message
        }
        return StorageStatus(
            engine: "sqlite", engineVersion: Database.version, location: store.options.path,
            schemaVersion: version, schemaWanted: Schema.wanted, durability: durability,
            failure: failure)
    }

    /// Makes the reader for a connection.
    private var reader: @Sendable (Database) -> EventReader {
        let names = store.names
        let options = store.options
        return {
            EventReader(
                database: $0, names: names, timeLimit: options.queryTimeout, sizes: options.sizes)
        }
    }

    /// Lends a reading connection; a failure of the engine becomes the store's here.
    private func read<Output: Sendable>(
        _ work: @Sendable (EventReader) throws(SQLError) -> Output
    ) async throws(StorageError) -> Output {
        let reader = self.reader
        do {
            return try await store.readers.withResource { connection in
                try await connection.run { database throws(SQLError) in
                    try work(reader(database))
                }
            }
        } catch let error as SQLError {
            throw StorageError(error)
        } catch {
            throw .cancelled
        }
    }
}
