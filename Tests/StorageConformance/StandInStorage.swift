package import EventStore
package import Values

/// A storage for tests that records in its own way and hands the rest on to another.
package protocol StandInStorage: EventStorage {
    associatedtype Other: EventStorage
    var storage: Other { get }
}

extension StandInStorage {
    package func events(matching query: EventQuery) async throws(StorageError) -> [Event] {
        try await storage.events(matching: query)
    }

    package func event(
        _ messageID: String, visibleTo visibility: Visibility
    ) async throws(StorageError) -> Event? {
        try await storage.event(messageID, visibleTo: visibility)
    }

    package func eventTypes(
        visibleTo visibility: Visibility
    ) async throws(StorageError) -> [String] {
        try await storage.eventTypes(visibleTo: visibility)
    }

    package func traitDescriptions(
        of eventType: String, visibleTo visibility: Visibility
    ) async throws(StorageError) -> [TraitDescription] {
        try await storage.traitDescriptions(of: eventType, visibleTo: visibility)
    }

    package func deleteEvents(
        before cutoff: Timestamp, of types: EventTypeSelection, batchSize: Int
    ) async throws(StorageError) -> Int {
        try await storage.deleteEvents(before: cutoff, of: types, batchSize: batchSize)
    }

    package func status() async -> StorageStatus { await storage.status() }
}
