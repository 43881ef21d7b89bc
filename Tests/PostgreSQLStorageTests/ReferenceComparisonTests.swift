import EventStore
import MemoryStorage
import PostgreSQLStorage
import SQLStorage
import StorageConformance
import Testing
import Values

@testable import PostgreSQLStorage

@Suite("PostgreSQL and the reference", .needsPostgreSQL)
struct ReferenceComparisonTests {
    /// Random batches, retention, new partitions and queries, with the reference beside it.
    @Test("answer alike whatever is asked", arguments: 1...8 as ClosedRange<UInt64>)
    func queries(seed: UInt64) async throws {
        let server = ServerStoreOptions(writers: 2, readers: 2, partitions: .day)
        try await withTemporaryStorage(server, sizes: seed < 3 ? .standard : .tiny) { storage, _ in
            var random = RandomEvents(seed: seed)
            let reference = MemoryEventStorage()
            for round in 0..<8 {
                let events = (0..<random.number(below: 60)).map { _ in
                    IncomingEvent(random.event(random.number(below: 400)))
                }
                try await #expect(storage.record(events) == reference.record(events))
                if round % 3 == 2 {
                    let cutoff = Timestamp.sample(random.number(below: round))
                    try await expire(before: cutoff, [storage, reference])
                }
                // What is there moves from the catch-all into its partition, and later on nothing.
                if round % 4 == 1 {
                    _ = try await storage.maintain(at: .sample(0), droppingBefore: nil)
                }
                try await random.compare(storage, with: reference)
            }
        }
    }

    private func expire(before cutoff: Timestamp, _ storages: [any EventStorage]) async throws {
        for storage in storages {
            while try await storage.deleteEvents(before: cutoff, batchSize: 7) == 7 {}
        }
    }
}
