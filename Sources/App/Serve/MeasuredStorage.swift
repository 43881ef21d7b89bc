package import EventStore
import Metrics
package import Values

/// A storage whose every verb is timed and whose failures are counted.
package struct MeasuredStorage: EventStorage {
    private let storage: any EventStorage
    private let record = Verb("record")
    private let list = Verb("list")
    private let show = Verb("show")
    private let describe = Verb("describe")
    private let delete = Verb("delete")
    private let maintain = Verb("maintain")
    private let groupSize = Recorder(label: "commit_events")

    package init(_ storage: any EventStorage) {
        self.storage = storage
    }

    package func record(_ events: [IncomingEvent]) async throws(StorageError) -> [RecordOutcome] {
        groupSize.record(events.count)
        return try await record.measure { () throws(StorageError) in
            try await storage.record(events)
        }
    }

    package func events(matching query: EventQuery) async throws(StorageError) -> [Event] {
        try await list.measure { () throws(StorageError) in
            try await storage.events(matching: query)
        }
    }

    package func event(
        _ messageID: String, visibleTo visibility: Visibility
    ) async throws(StorageError) -> Event? {
        try await show.measure { () throws(StorageError) in
            try await storage.event(messageID, visibleTo: visibility)
        }
    }

    package func eventTypes(
        visibleTo visibility: Visibility
    ) async throws(StorageError) -> [String] {
        try await describe.measure { () throws(StorageError) in
            try await storage.eventTypes(visibleTo: visibility)
        }
    }

    package func traitDescriptions(
        of eventType: String, visibleTo visibility: Visibility
    ) async throws(StorageError) -> [TraitDescription] {
        try await describe.measure { () throws(StorageError) in
            try await storage.traitDescriptions(of: eventType, visibleTo: visibility)
        }
    }

    package func deleteEvents(
        before cutoff: Timestamp, of types: EventTypeSelection, batchSize: Int
    ) async throws(StorageError) -> Int {
        try await delete.measure { () throws(StorageError) in
            try await storage.deleteEvents(before: cutoff, of: types, batchSize: batchSize)
        }
    }

    package func maintain(
        at now: Timestamp, droppingBefore cutoff: Timestamp?
    ) async throws(StorageError) -> Int {
        try await maintain.measure { () throws(StorageError) in
            try await storage.maintain(at: now, droppingBefore: cutoff)
        }
    }

    package func eventCount() async throws(StorageError) -> Int? {
        try await storage.eventCount()
    }

    package func status() async -> StorageStatus {
        await storage.status()
    }
}

/// How long one verb takes, and how it fails.
private struct Verb: Sendable {
    private let name: String
    private let duration: Metrics.Timer

    init(_ name: String) {
        self.name = name
        duration = Metrics.Timer(label: "store_duration", dimensions: [("verb", name)])
    }

    func measure<Output>(
        _ work: () async throws(StorageError) -> Output
    ) async throws(StorageError) -> Output {
        let start = ContinuousClock.now
        do throws(StorageError) {
            let output = try await work()
            duration.recordNanoseconds((ContinuousClock.now - start).microseconds * 1000)
            return output
        } catch {
            let labels = [("verb", name), ("kind", error.label)]
            Counter(label: "store_failures", dimensions: labels).increment()
            throw error
        }
    }
}
