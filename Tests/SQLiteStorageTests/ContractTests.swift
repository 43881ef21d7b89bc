import SQLiteStorage
import StorageConformance
import Testing

@Suite("Events in SQLite")
struct ContractTests {
    @Test("keep the storage contract", arguments: EventStorageCheck.all)
    func contract(check: EventStorageCheck) async throws {
        try await withTemporaryStore { place in
            try await check.run(SQLiteEventStorage(place.open()))
        }
    }

    @Test("keep the storage contract with runs of eight events", arguments: EventStorageCheck.all)
    func contractInRuns(check: EventStorageCheck) async throws {
        try await withTemporaryStore(sizes: .tiny) { place in
            try await check.run(SQLiteEventStorage(place.open()))
        }
    }
}
