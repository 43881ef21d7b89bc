import PostgreSQL
import SQL
import TestSupport
import Testing

@Suite(
    "Upgrades on PostgreSQL",
    .enabled(if: EngineDatabase.postgresql.isThere, Comment(rawValue: EngineDatabase.comment)))
struct PostgreSQLMigrationTests {
    @Test("do what they must", arguments: MigrationCheck<PostgreSQLConnection>.all)
    func checks(_ check: MigrationCheck<PostgreSQLConnection>) async throws {
        try await ServerAccess.postgresql.withDatabase(check.run)
    }

    @Test("go on from wherever a killed runner stopped")
    func interruptions() async throws {
        #expect(try await checkInterruptions(.postgresql, SampleSteps.all) > 10)
    }
}
