import SQL
import Synchronization
import Testing

/// What a `Migrator` asks of a server, in which order. How servers answer is tested beside them.
@Suite("A runner of upgrades")
struct MigratorTests {
    private static let steps = SchemaStatusTests.steps

    enum Kind: CaseIterable {
        case takesBack, keeps
        var dialect: SchemaDialect { self == .takesBack ? .postgresql : .mysql }
    }

    @Test("applies what is missing, once", arguments: Kind.allCases)
    func upgrade(kind: Kind) async throws {
        let server = RecordingServer()
        let migrator = migrator(kind, server)
        #expect(try await migrator.upgrade(.expand).map(\.version) == [1, 2])
        #expect(try await migrator.upgrade() == [Self.steps[2]])
        #expect(try await migrator.upgrade() == [])
        #expect(await server.scripts == ["one", "two", "three"])
        #expect(await server.versions == [1, 2, 3])
        #expect(await server.owner == "")
        #expect(try await verdict(migrator) == .equal)
    }

    @Test("goes on where another was interrupted", arguments: Kind.allCases)
    func interrupted(kind: Kind) async throws {
        let server = RecordingServer()
        await server.fail(at: "two", .other)
        await #expect(throws: SchemaError.self) { try await migrator(kind, server).upgrade() }
        #expect(await server.versions == [1])
        #expect(try await migrator(kind, server).upgrade().map(\.version) == [2, 3])
        #expect(await server.scripts == ["one", "two", "three"])
    }

    @Test(
        "begins a step again that a cluster took back, or whose link was lost",
        arguments: Kind.allCases, [SQLError.Kind.deadlock, .unavailable])
    func takenBack(kind: Kind, failure: SQLError.Kind) async throws {
        let server = RecordingServer()
        await server.fail(at: "two", failure)
        #expect(try await migrator(kind, server).upgrade().map(\.version) == [1, 2, 3])
        #expect(await server.scripts == ["one", "two", "three"])
        #expect(await server.owner == "")
    }

    @Test("changes nothing in another program's database", arguments: Kind.allCases)
    func foreign(kind: Kind) async throws {
        let server = RecordingServer(tables: ["mine"])
        let error = await #expect(throws: SchemaError.self) {
            try await migrator(kind, server).upgrade()
        }
        #expect(error?.description.contains("another program") == true)
        #expect(await server.scripts == [])
        #expect(await server.hasHistory == false)
        #expect(try await verdict(migrator(kind, server)) == .unusable)
    }

    @Test("takes nobody for another program who has just begun", arguments: Kind.allCases)
    func race(kind: Kind) async throws {
        let server = RecordingServer()
        await server.race()
        #expect(try await migrator(kind, server).history().foreignTables == [])
    }

    @Test("holds the lock before it looks at the history")
    func lockFirst() async throws {
        let server = RecordingServer()
        _ = try await migrator(.takesBack, server).upgrade()
        let log = await server.log
        let lock = try #require(log.firstIndex { $0.contains("pg_advisory_xact_lock") })
        let look = try #require(log.firstIndex { $0.contains("'schema_migration'") })
        #expect(log.first == "BEGIN ISOLATION LEVEL READ COMMITTED")
        #expect(lock < look)
    }

    @Test("takes a lease over whose owner shows no sign of life")
    func deadOwner() async throws {
        let server = RecordingServer()
        await server.holdLease(as: "the dead")
        let heard = Mutex<[MigratorNews]>([])
        let migrator = migrator(.keeps, server) { news in heard.withLock { $0.append(news) } }
        #expect(try await migrator.upgrade().count == 3)
        #expect(heard.withLock { $0.first } == .waiting(for: "the dead"))
        #expect(await server.owner == "")
    }

    @Test("notes nothing once another has taken its lease over")
    func lostLease() async throws {
        let server = RecordingServer()
        await server.takeLease(as: "the thief", during: "two")
        let error = await #expect(throws: SchemaError.self) {
            try await migrator(.keeps, server).upgrade()
        }
        #expect(error?.description.contains("taken over") == true)
        #expect(await server.versions == [1])
        #expect(await server.owner == "the thief")
    }

    @Test("writes out what it would send", arguments: Kind.allCases)
    func script(kind: Kind) async throws {
        let server = RecordingServer()
        let history = try await migrator(kind, server).history()
        let plan = try SchemaPlan(.everything, history: history, migrations: Self.steps)
        let script = kind.dialect.script(for: plan.steps)
        let places = ["CREATE TABLE IF NOT EXISTS schema_migration", "one", "(1, '001_events.sql'"]
            .map { script.firstRange(of: $0)?.lowerBound }
        let known = try places.map { try #require($0) }
        #expect(known == known.sorted())
        #expect(script.contains("BEGIN") == (kind == .takesBack))
        #expect(script.contains("COMMIT;") == (kind == .takesBack))
        #expect(await server.scripts == [])
        #expect(await server.hasHistory == false)
    }

    private func verdict(
        _ migrator: Migrator<RecordingServer>
    ) async throws -> SchemaStatus.Verdict {
        SchemaStatus(try await migrator.history(), migrations: Self.steps).verdict
    }

    private func migrator(
        _ kind: Kind, _ server: RecordingServer,
        report: @escaping @Sendable (MigratorNews) -> Void = { _ in }
    ) -> Migrator<RecordingServer> {
        let timing = SchemaLeaseTiming(beat: .milliseconds(1), patience: .milliseconds(20))
        return Migrator(kind.dialect, Self.steps, timing: timing, report: report) {
            () throws(SQLError) in server
        }
    }
}
