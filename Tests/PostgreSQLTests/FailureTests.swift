import PostgreSQL
import SQL
import Testing

@Suite("What goes wrong on a link to PostgreSQL", .needsPostgreSQL)
struct FailureTests {
    static let failures: [(SQLStatement, SQLError.Kind, state: String)] = [
        ("SELEKT 1", .misuse, "42601"), ("SELECT * FROM no_such_table", .misuse, "42P01"),
        ("SELECT 1 / 0", .misuse, "22012"),
        ("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40P01'; END $$", .deadlock, "40P01"),
        ("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40001'; END $$", .deadlock, "40001"),
        ("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '53100'; END $$", .full, "53100"),
        ("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '42501'; END $$", .denied, "42501"),
        ("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '57014'; END $$", .timedOut, "57014"),
        ("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '23505'; END $$", .constraint, "23505"),
        ("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '55P03'; END $$", .busy, "55P03"),
    ]

    @Test("is sorted by what can be done about it, and the link goes on", arguments: failures)
    func kinds(statement: SQLStatement, kind: SQLError.Kind, state: String) async throws {
        let connection = try await TestServer.connect()
        let error = try await failure { _ = try await connection.execute(statement) }
        #expect(error?.kind == kind)
        #expect(error?.state == state)
        #expect(try await connection.query("SELECT 1") == [SQLRow([.integer(1)])])
        #expect(await connection.isUsable)
    }

    @Test("is told for a server that takes no writes")
    func readOnly() async throws {
        let connection = try await TestServer.connect()
        try await connection.execute("SET default_transaction_read_only = on")
        let write = try await failure {
            _ = try await connection.execute("CREATE TABLE never_made (x integer)")
        }
        #expect(write?.kind == .notWritable)
        let ping = try await failure { try await connection.ping() }
        #expect(ping?.kind == .notWritable)
    }

    @Test("is a text that PostgreSQL cannot hold, before it is cut")
    func zeroByte() async throws {
        let connection = try await TestServer.connect()
        let error = try await failure { _ = try await connection.query("SELECT \("a\0b")::text") }
        #expect(error?.kind == .misuse)
    }

    @Test("takes back the transaction it happened in")
    func rollback() async throws {
        let connection = try await TestServer.connect()
        try await connection.execute("CREATE TEMPORARY TABLE kept (x bigint PRIMARY KEY)")
        let error = try await failure {
            try await connection.transaction { () async throws(SQLError) in
                try await connection.execute("INSERT INTO kept VALUES (\(1))")
                try await connection.execute("INSERT INTO kept VALUES (\(1))")
            }
        }
        #expect(error?.kind == .constraint)
        #expect(try await connection.query("SELECT x FROM kept") == [])
    }

    @Test("ends a statement in the server when its time is over, and the link goes on")
    func timeLimit() async throws {
        let connection = try await TestServer.connect()
        let error = try await failure {
            _ = try await connection.query("SELECT pg_sleep(3600)", within: .milliseconds(200))
        }
        #expect(error?.kind == .timedOut)
        #expect(try await connection.query("SELECT 7") == [SQLRow([.integer(7)])])
    }

    @Test("ends a statement in the server when nobody waits for it any more")
    func cancellation() async throws {
        let connection = try await TestServer.connect()
        let number = try await connection.query("SELECT pg_backend_pid()::bigint").first?.integer(0)
        let process = try #require(number)
        let task = Task { try await connection.query("SELECT pg_sleep(3600)") }
        let watcher = try await TestServer.connect()
        // Not before the server is at it.
        try await watcher.waitFor("state = 'active' AND query LIKE '%sleep(3600)%'", process)
        task.cancel()
        let error = try await failure { _ = try await task.value }
        #expect(error?.kind == .cancelled)
        try await watcher.waitFor("state = 'idle'", process)
        #expect(try await connection.query("SELECT 7") == [SQLRow([.integer(7)])])
    }

    @Test("is a lost link, which is never usable again")
    func lostLink() async throws {
        let connection = try await TestServer.connect()
        let number = try await connection.query("SELECT pg_backend_pid()::bigint").first?.integer(0)
        let process = try #require(number)
        let watcher = try await TestServer.connect()
        let task = Task { try await connection.query("SELECT pg_sleep(3600)") }
        try await watcher.waitFor("state = 'active' AND query LIKE '%sleep(3600)%'", process)
        _ = try await watcher.query("SELECT pg_terminate_backend(\(process)::integer)")
        let error = try await failure { _ = try await task.value }
        #expect(error?.kind == .unavailable)
        #expect(await !connection.isUsable)
        let second = try await failure { try await connection.ping() }
        #expect(second?.kind == .unavailable)
    }

    @Test("is an unknown outcome where the link is lost while a commit is under way")
    func unknownOutcome() async throws {
        let connection = try await TestServer.connect()
        let number = try await connection.query("SELECT pg_backend_pid()::bigint").first?.integer(0)
        let process = try #require(number)
        let watcher = try await TestServer.connect()
        // A deferred check holds the commit up.
        try await connection.run(
            script: """
                CREATE TEMPORARY TABLE held (x integer);
                CREATE FUNCTION pg_temp.hold() RETURNS trigger LANGUAGE plpgsql
                    AS 'BEGIN PERFORM pg_sleep(3600); RETURN NULL; END';
                CREATE CONSTRAINT TRIGGER hold AFTER INSERT ON held DEFERRABLE INITIALLY DEFERRED
                    FOR EACH ROW EXECUTE FUNCTION pg_temp.hold();
                """)
        let task = Task {
            try await connection.transaction { () async throws(SQLError) in
                try await connection.execute("INSERT INTO held VALUES (1)")
            }
        }
        try await watcher.waitFor("state = 'active' AND query = 'COMMIT'", process)
        // A commit that waits is not cancelled: nobody would know what became of it.
        task.cancel()
        _ = try await watcher.query("SELECT pg_terminate_backend(\(process)::integer)")
        let error = try await failure { _ = try await task.value }
        #expect(error?.kind == .unknownOutcome)
    }
}

extension PostgreSQLConnection {
    /// Asks the server until the session of that process is in a state.
    func waitFor(_ condition: SQLStatement, _ process: Int64) async throws {
        while try await query(
            "SELECT 1 FROM pg_stat_activity WHERE pid = \(process) AND " + condition
        ).isEmpty {
            try Task.checkCancellation()
        }
    }
}
