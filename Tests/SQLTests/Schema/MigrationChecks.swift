import SQL
import Testing

/// What an upgrade must do on a real server, whatever its kind.
struct MigrationCheck<Connection: SQLConnection>: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let run: @Sendable (TestDatabase<Connection>) async throws -> Void

    static var all: [MigrationCheck] {
        [wholeUpgrade, twoRunners, printedScript, strangers, phases]
    }

    private static var wholeUpgrade: Self {
        MigrationCheck(testDescription: "makes everything, once") { database in
            let migrator = database.migrator(SampleSteps.all)
            #expect(try await verdict(migrator) == .behind)
            #expect(try await migrator.upgrade() == SampleSteps.all)
            #expect(try await migrator.upgrade() == [])
            #expect(try await verdict(migrator) == .equal)
            let lines = try await migrator.description().lines
            #expect(lines.contains { $0.hasPrefix("column thing.size: ") })
            #expect(!lines.contains { $0.hasPrefix("table other: ") })
        }
    }

    private static var twoRunners: Self {
        MigrationCheck(testDescription: "lets runners queue: each step is applied by one") {
            database in
            let patience = Duration.seconds(300)
            async let first = database.migrator(SampleSteps.all, patience: patience).upgrade()
            async let second = database.migrator(SampleSteps.all, patience: patience).upgrade()
            async let third = database.migrator(SampleSteps.all, patience: patience).upgrade()
            let applied = try await (first + second + third).map(\.version).sorted()
            #expect(applied == [1, 2, 3])
            let history = try await database.migrator(SampleSteps.all).history()
            #expect(history.steps.map(\.version) == [1, 2, 3])
        }
    }

    private static var printedScript: Self {
        MigrationCheck(testDescription: "is the script that a dry run prints") { database in
            let script = database.dialect.script(for: SampleSteps.all)
            let connection = try await database.connect()
            for statement in statements(of: script) { try await connection.run(script: statement) }
            await connection.close()
            let migrator = database.migrator(SampleSteps.all)
            #expect(try await migrator.upgrade() == [])
            #expect(try await verdict(migrator) == .equal)
        }
    }

    private static var strangers: Self {
        MigrationCheck(testDescription: "leaves what it does not know alone") { database in
            try await database.run("CREATE TABLE mine (x integer)")
            let migrator = database.migrator(SampleSteps.all)
            #expect(try await verdict(migrator) == .unusable)
            await #expect(throws: SchemaError.self) { try await migrator.upgrade() }
            #expect(try await migrator.history().foreignTables == ["mine"])
            try await database.run("DROP TABLE mine")
            let other = Migration(
                version: 1, name: "001_other.sql", sql: "CREATE TABLE other_thing (x integer);")
            try await database.migrator([other]).upgrade()
            #expect(try await verdict(migrator) == .unusable)
            await #expect(throws: SchemaError.self) { try await migrator.upgrade() }
        }
    }

    private static var phases: Self {
        MigrationCheck(testDescription: "waits with what takes away") { database in
            let migrator = database.migrator(SampleSteps.all)
            #expect(try await migrator.upgrade(.expand).map(\.version) == [1, 2])
            let old = SchemaStatus(
                try await migrator.history(), migrations: [SampleSteps.all[0]])
            #expect(old.verdict == .ahead)
            #expect(try await migrator.upgrade(.contract).map(\.version) == [3])
            let outdated = SchemaStatus(
                try await migrator.history(), migrations: [SampleSteps.all[0]])
            #expect(outdated.verdict == .unusable)
        }
    }

    private static func verdict(
        _ migrator: Migrator<Connection>
    ) async throws -> SchemaStatus.Verdict {
        SchemaStatus(try await migrator.history(), migrations: SampleSteps.all).verdict
    }
}

/// Brings a database to its schema from wherever a killed runner left it: after each statement.
///
/// - Returns: how many places there were.
func checkInterruptions<Connection: SQLConnection>(
    _ access: ServerAccess<Connection>, _ steps: [Migration]
) async throws -> Int {
    let all = statements(of: access.dialect.script(for: steps))
    try await access.withDatabase { untouched in
        try await untouched.migrator(steps).upgrade()
        let expected = try await untouched.migrator(steps).description()
        for count in 0..<all.count {
            try await access.withDatabase { database in
                let killed = try await database.connect()
                for statement in all.prefix(count) { try await killed.run(script: statement) }
                await killed.close()
                let migrator = database.migrator(steps)
                try await migrator.upgrade()
                let history = try await migrator.history()
                #expect(
                    SchemaStatus(history, migrations: steps).verdict == .equal,
                    "killed after \(count) statements: \(all.prefix(count).last ?? "none")")
                #expect(try await migrator.description() == expected)
            }
        }
    }
    return all.count
}

/// Plain enough for every engine.
enum SampleSteps {
    static let all = [
        Migration(
            version: 1, name: "001_things.sql",
            sql: """
                -- Two tables and a row.
                CREATE TABLE IF NOT EXISTS thing (id integer PRIMARY KEY, name varchar(20));
                CREATE TABLE IF NOT EXISTS other (id integer PRIMARY KEY);
                """),
        Migration(
            version: 2, name: "002_size.sql", lowest: 1,
            sql: """
                ALTER TABLE thing ADD COLUMN IF NOT EXISTS size integer;
                CREATE INDEX IF NOT EXISTS thing_size ON thing (size);
                """),
        Migration(
            version: 3, name: "003_no_other.sql", phase: .contract, lowest: 2,
            sql: "DROP TABLE IF EXISTS other;"),
    ]
}
