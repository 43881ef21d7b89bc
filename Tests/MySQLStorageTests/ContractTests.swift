import MySQLStorage
import StorageConformance
import TestSupport
import Testing

@Suite("Events in MariaDB", .enabled(if: EngineDatabase.mysql.isThere, "\(EngineDatabase.comment)"))
struct ContractTests {
    @Test("keep the storage contract", arguments: EventStorageCheck.all)
    func contract(check: EventStorageCheck) async throws {
        try await withTemporaryDatabase { database in
            try await database.withStore { storage in try await check.run(storage) }
        }
    }
}
