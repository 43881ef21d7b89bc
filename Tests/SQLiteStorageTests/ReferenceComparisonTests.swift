import EventStore
import MemoryStorage
import SQLiteStorage
import StorageConformance
import Testing
import Values

@Suite("SQLite and the reference")
struct ReferenceComparisonTests {
    /// Random batches, retention, restarts and queries, with the reference beside it.
    @Test("answer alike whatever is asked", arguments: 1...8 as ClosedRange<UInt64>)
    func queries(seed: UInt64) async throws {
        try await withTemporaryStore(sizes: .tiny) { place in
            var random = RandomEvents(seed: seed)
            let reference = MemoryEventStorage()
            var store = try place.open()
            for round in 0..<12 {
                let events = (0..<random.number(below: 60)).map { _ in
                    IncomingEvent(random.event(random.number(below: 400)))
                }
                try await #expect(
                    SQLiteEventStorage(store).record(events) == reference.record(events))
                if round % 3 == 2 {
                    let cutoff = Timestamp.sample(random.number(below: round))
                    try await expire(before: cutoff, [SQLiteEventStorage(store), reference])
                }
                if round % 4 == 3 { store = try await reopened(store, place) }
                if random.number(below: 2) == 0 { await store.settle() }
                try await random.compare(SQLiteEventStorage(store), with: reference)
            }
            await store.close()
        }
    }

    private func expire(before cutoff: Timestamp, _ storages: [any EventStorage]) async throws {
        for storage in storages {
            while try await storage.deleteEvents(before: cutoff, batchSize: 7) == 7 {}
        }
    }

    private func reopened(
        _ store: consuming SQLiteStore, _ place: TemporaryStore
    ) async throws -> SQLiteStore {
        await store.close()
        _ = consume store
        return try place.open(as: .beside)
    }
}
