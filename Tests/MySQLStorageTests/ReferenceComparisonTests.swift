import EventStore
import MemoryStorage
import MySQLStorage
import StorageConformance
import TestSupport
import Testing
import Values

@Suite(
    "MariaDB and the reference",
    .enabled(if: EngineDatabase.mysql.isThere, "\(EngineDatabase.comment)"))
struct ReferenceComparisonTests {
    /// Random batches, retention, other stores on the same database and queries, with the reference
    /// beside it.
    @Test("answer alike whatever is asked", arguments: 1...6 as ClosedRange<UInt64>)
    func queries(seed: UInt64) async throws {
        try await withTemporaryDatabase { database in
            var random = RandomEvents(seed: seed)
            let reference = MemoryEventStorage()
            for session in 0..<3 {
                try await database.withStore { storage in
                    for round in 0..<4 {
                        let events = (0..<random.number(below: 60)).map { _ in
                            IncomingEvent(random.event(random.number(below: 400)))
                        }
                        try await #expect(storage.record(events) == reference.record(events))
                        if round % 3 == 2 {
                            try await expire([storage, reference], &random)
                        }
                        try await random.compare(storage, with: reference)
                    }
                    _ = try await storage.maintain(at: .sample(session), droppingBefore: nil)
                }
            }
        }
    }

    private func expire(
        _ storages: [any EventStorage], _ random: inout RandomEvents
    ) async throws {
        let cutoff = Timestamp.sample(random.number(below: 12))
        let types: EventTypeSelection = [
            .all, .only("type-1"), .allExcept(["type-0", "type-2"]),
        ][random.number(below: 3)]
        for storage in storages {
            while try await storage.deleteEvents(before: cutoff, of: types, batchSize: 7) == 7 {}
        }
    }
}
