import MySQLStorage
import StorageConformance
import TestSupport
import Testing

@Suite("Events in MariaDB", .enabled(if: EngineDatabase.mysql.isThere, "\(EngineDatabase.comment)"))
struct ContractTests {
    @Test("keep the storage contract", arguments: EventStorageCheck.all)
    func contract(check: EventStorageCheck) async throws {
        try await withTemporaryDatabase { database in
            let store = database.store()
            try await check.run(store.storage)
            await store.close()
        }
    }
}
