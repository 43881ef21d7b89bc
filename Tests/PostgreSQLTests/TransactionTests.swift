import PostgreSQL
import SQL
import Testing

@Suite("Transactions in few round trips to PostgreSQL", .needsPostgreSQL)
struct TransactionTests {
    /// A link with a temporary table `kept`, whose commit fails for negative numbers and hangs for 7.
    private func linkWithTable() async throws -> PostgreSQLConnection {
        let connection = try await TestServer.connect()
        try await connection.run(
            script: """
                CREATE TEMPORARY TABLE kept (x bigint PRIMARY KEY, CHECK (x <> 13));
                CREATE FUNCTION pg_temp.judge() RETURNS trigger LANGUAGE plpgsql AS '
                    BEGIN
                        IF NEW.x < 0 THEN RAISE EXCEPTION ''negative''; END IF;
                        IF NEW.x = 7 THEN PERFORM pg_sleep(3600); END IF;
                        RETURN NULL;
                    END';
                CREATE CONSTRAINT TRIGGER judge AFTER INSERT ON kept DEFERRABLE INITIALLY DEFERRED
                    FOR EACH ROW EXECUTE FUNCTION pg_temp.judge();
                """)
        return connection
    }

    private func take(_ number: Int64) -> SQLStatement {
        "INSERT INTO kept VALUES (\(number)) ON CONFLICT DO NOTHING RETURNING x"
    }

    private func kept(_ connection: PostgreSQLConnection) async throws -> [Int64] {
        try await connection.query("SELECT x FROM kept ORDER BY x").map { $0.integer(0) }
    }

    private func end(
        _ connection: PostgreSQLConnection, _ number: Int64, byCopy: Bool
    ) async throws(SQLError) {
        if byCopy {
            try await connection.commit(
                withCopy: "COPY kept FROM STDIN", Array("\(number)\n".utf8), within: .seconds(30))
        } else {
            try await connection.commit(
                with: "INSERT INTO kept VALUES (\(number))", within: .seconds(30))
        }
    }

    @Test("give the rows of the first statement and keep all of them", arguments: [true, false])
    func success(byCopy: Bool) async throws {
        let connection = try await linkWithTable()
        for round in 0..<3 as Range<Int64> {
            let number = round * 2 + 20
            let rows = try await connection.begin(with: take(number), within: .seconds(30))
            #expect(rows.map { $0.integer(0) } == [number])
            try await end(connection, number + 1, byCopy: byCopy)
        }
        #expect(try await kept(connection) == [20, 21, 22, 23, 24, 25])
    }

    @Test("keep nothing where the last statement or the commit fails", arguments: [true, false])
    func failures(byCopy: Bool) async throws {
        let connection = try await linkWithTable()
        for (number, state) in [(1, "23505"), (13, "23514"), (-1, "P0001")] as [(Int64, String)] {
            _ = try await connection.begin(with: take(1), within: .seconds(30))
            let error = try await failure { try await end(connection, number, byCopy: byCopy) }
            #expect(error?.state == state && error?.kind != .unknownOutcome)
            try await connection.execute("ROLLBACK")
            #expect(try await kept(connection) == [])
        }
    }

    @Test("can go on after a first statement that fails")
    func firstStatement() async throws {
        let connection = try await linkWithTable()
        let error = try await failure {
            _ = try await connection.begin(with: take(13), within: .seconds(30))
        }
        #expect(error?.state == "23514")
        try await connection.execute("ROLLBACK")
        _ = try await connection.begin(with: take(1), within: .seconds(30))
        try await end(connection, 2, byCopy: false)
        #expect(try await kept(connection) == [1, 2])
    }

    @Test("are to be run again where a prepared statement is gone")
    func stalePlans() async throws {
        let connection = try await linkWithTable()
        for _ in 0..<2 {
            _ = try await connection.begin(with: take(1), within: .seconds(30))
            try await connection.execute("ROLLBACK")
            try await connection.execute("DEALLOCATE ALL")
            let error = try await failure {
                _ = try await connection.begin(with: take(1), within: .seconds(30))
            }
            #expect(error?.kind == .deadlock)
            try await connection.execute("ROLLBACK")
        }
        _ = try await connection.begin(with: take(1), within: .seconds(30))
        try await end(connection, 2, byCopy: false)
        #expect(try await kept(connection) == [1, 2])
    }

    @Test("have an unknown outcome where the link is lost at their end", arguments: [true, false])
    func unknownOutcome(byCopy: Bool) async throws {
        let connection = try await linkWithTable()
        let number = try await connection.query("SELECT pg_backend_pid()::bigint").first?.integer(0)
        let process = try #require(number)
        let watcher = try await TestServer.connect()
        _ = try await connection.begin(with: take(1), within: .seconds(30))
        let task = Task { try await end(connection, 7, byCopy: byCopy) }
        try await watcher.waitFor("state = 'active' AND wait_event = 'PgSleep'", process)
        // A commit that waits is not cancelled: nobody would know what became of it.
        task.cancel()
        _ = try await watcher.query("SELECT pg_terminate_backend(\(process)::integer)")
        let error = try await failure { try await task.value }
        #expect(error?.kind == .unknownOutcome)
        #expect(await !connection.isUsable)
    }

    @Test("are cancelled in the server where nobody waits for the first statement any more")
    func cancellation() async throws {
        let connection = try await TestServer.connect()
        let error = try await failure {
            _ = try await connection.begin(
                with: "SELECT pg_sleep(3600)::text", within: .milliseconds(50))
        }
        #expect(error?.kind == .timedOut)
        try await connection.execute("ROLLBACK")
        #expect(try await connection.query("SELECT 1").count == 1)
    }
}
