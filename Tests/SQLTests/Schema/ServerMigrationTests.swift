import Migrations
import MySQL
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

    @Test("make what migrations/postgresql/expected_postgresql.txt describes")
    func description() async throws {
        try await ServerAccess.postgresql.withDatabase { database in
            let migrator = database.migrator(Migrations.postgresql)
            try await migrator.upgrade()
            let expected = SchemaDescription(text: Migrations.postgresqlExpectation)
            let live = try await migrator.description()
            #expect(live.differences(from: expected) == [])
        }
    }

    @Test("of our own go on from wherever a killed runner stopped")
    func ownSteps() async throws {
        let count = Migrations.postgresql.count
        #expect(try await checkInterruptions(.postgresql, Migrations.postgresql) > 4 * count)
    }
}

@Suite(
    "Upgrades on MariaDB",
    .enabled(if: EngineDatabase.mysql.isThere, Comment(rawValue: EngineDatabase.comment)))
struct MySQLMigrationTests {
    @Test("do what they must", arguments: MigrationCheck<MySQLConnection>.all)
    func checks(_ check: MigrationCheck<MySQLConnection>) async throws {
        try await ServerAccess.mysql.withDatabase(check.run)
    }

    @Test("go on from wherever a killed runner stopped")
    func interruptions() async throws {
        #expect(try await checkInterruptions(.mysql, SampleSteps.all) > 10)
    }

    @Test("make what migrations/mysql/expected_mysql.txt describes")
    func description() async throws {
        try await ServerAccess.mysql.withDatabase { database in
            let migrator = database.migrator(Migrations.mysql)
            try await migrator.upgrade()
            let expected = SchemaDescription(text: Migrations.mysqlExpectation)
            let live = try await migrator.description()
            #expect(live.differences(from: expected) == [])
        }
    }

    @Test("of our own go on from wherever a killed runner stopped")
    func ownSteps() async throws {
        let count = Migrations.mysql.count
        #expect(try await checkInterruptions(.mysql, Migrations.mysql) > 4 * count)
    }

    @Test("take over from a runner that holds the lock and is dead")
    func deadRunner() async throws {
        try await ServerAccess.mysql.withDatabase { database in
            let migrator = database.migrator(SampleSteps.all)
            try await migrator.upgrade(.expand)
            try await database.run("UPDATE schema_lock SET owner = 'the dead'")
            #expect(try await migrator.upgrade() == [SampleSteps.all[2]])
            let connection = try await database.connect()
            let owner = try await connection.query("SELECT owner FROM schema_lock")
            #expect(owner.map { $0.text(0) } == [""])
            await connection.close()
        }
    }
}
