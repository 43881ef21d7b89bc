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
                        try await compare(storage, reference, &random)
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

    private func compare(
        _ storage: any EventStorage, _ reference: any EventStorage, _ random: inout RandomEvents
    ) async throws {
        for _ in 0..<40 {
            var query = random.query()
            // Page by page until the end: what is behind a marker counts, too.
            for _ in 0..<6 {
                let wanted = try await reference.events(matching: query)
                let found = try await storage.events(matching: query)
                try #require(found == wanted, "\(query)")
                guard let last = wanted.last else { break }
                query.after = EventPosition(of: last)
            }
            try await #expect(
                storage.eventTypes(visibleTo: query.visibility)
                    == reference.eventTypes(visibleTo: query.visibility))
        }
        for type in 0..<4 {
            try await #expect(
                storage.traitDescriptions(of: "type-\(type)", visibleTo: .everything)
                    == reference.traitDescriptions(of: "type-\(type)", visibleTo: .everything))
        }
    }
}
