import PostgreSQLStorage
import SQLStorage
import StorageConformance
import Testing

@Suite("Events in PostgreSQL", .needsPostgreSQL)
struct ContractTests {
    @Test("keep the storage contract", arguments: EventStorageCheck.all)
    func contract(check: EventStorageCheck) async throws {
        try await withTemporaryStorage { storage, _ in try await check.run(storage) }
    }

    @Test("keep the storage contract behind a pooler", arguments: EventStorageCheck.all)
    func contractWithoutSession(check: EventStorageCheck) async throws {
        let server = ServerStoreOptions(writers: 2, readers: 2, usesPreparedStatements: false)
        try await withTemporaryStorage(server) { storage, _ in try await check.run(storage) }
    }
}
