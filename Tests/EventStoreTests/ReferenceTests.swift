import MemoryStorage
import StorageConformance
import Testing

@Suite("The reference storage")
struct ReferenceTests {
    @Test("keeps the storage contract", arguments: EventStorageCheck.all)
    func contract(check: EventStorageCheck) async throws {
        try await check.run(MemoryEventStorage())
    }
}
