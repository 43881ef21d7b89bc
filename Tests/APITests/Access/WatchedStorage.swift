import EventStore
import MemoryStorage
import Synchronization
import Values

/// A store that remembers which verbs were used, and how much came back: the work of a request.
final class WatchedStorage: EventStorage {
    private let storage = MemoryEventStorage()
    private let verbs = Mutex<[String]>([])

    /// What was done since this was asked last.
    func takeWork() -> [String] {
        verbs.withLock { verbs in
            defer { verbs = [] }
            return verbs
        }
    }

    private func note(_ verb: String) {
        verbs.withLock { $0.append(verb) }
    }

    func record(_ events: [IncomingEvent]) async throws(StorageError) -> [RecordOutcome] {
        note("record")
        return try await storage.record(events)
    }

    func events(matching query: EventQuery) async throws(StorageError) -> [Event] {
        note("events")
        return try await storage.events(matching: query)
    }

    func event(
        _ messageID: String, visibleTo visibility: Visibility
    ) async throws(StorageError) -> Event? {
        note("event")
        return try await storage.event(messageID, visibleTo: visibility)
    }

    func eventTypes(visibleTo visibility: Visibility) async throws(StorageError) -> [String] {
        note("eventTypes")
        return try await storage.eventTypes(visibleTo: visibility)
    }

    func traitDescriptions(
        of eventType: String, visibleTo visibility: Visibility
    ) async throws(StorageError) -> [TraitDescription] {
        note("traitDescriptions")
        return try await storage.traitDescriptions(of: eventType, visibleTo: visibility)
    }

    func deleteEvents(
        before cutoff: Timestamp, of types: EventTypeSelection, batchSize: Int
    ) async throws(StorageError) -> Int {
        try await storage.deleteEvents(before: cutoff, of: types, batchSize: batchSize)
    }

    func status() async -> StorageStatus { await storage.status() }
}
