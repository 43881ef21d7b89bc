import PostgreSQL
import SQL
import Testing

@Suite("A link to PostgreSQL", .needsPostgreSQL)
struct ConnectionTests {
    static let values: [(String, SQLValue)] = [
        ("bigint", .integer(.max)), ("bigint", .integer(.min)), ("bigint", .integer(0)),
        ("float8", .real(0.1)), ("float8", .real(-0.0)),
        ("float8", .real(Double.leastNonzeroMagnitude)),
        ("float8", .real(Double.greatestFiniteMagnitude)), ("text", .text("")),
        ("text", .text("välue € 😀 e\u{301} ' \\ \" \n")), ("bytea", .blob([])),
        ("bytea", .blob([0, 1, 255, 39, 92])),
        ("bytea", .blob(Array(repeating: 7, count: 100_000))),
    ]

    @Test("gives values back as they were given", arguments: [true, false])
    func roundTrip(prepares: Bool) async throws {
        var options = try TestServer.options()
        options.usesPreparedStatements = prepares
        let connection = try await PostgreSQLConnection.open(options)
        for (type, value) in Self.values {
            let statement: SQLStatement =
                "SELECT CAST(\(value) AS \(SQLStatement(stringLiteral: type)))"
            for _ in 0..<2 {
                #expect(try await connection.query(statement).first?.values == [value])
            }
        }
        let null = try await connection.query("SELECT CAST(\(SQLValue.null) AS text), 1")
        #expect(null == [SQLRow([.null, .integer(1)])])
    }

    @Test("reads the types a statement may give")
    func types() async throws {
        let connection = try await TestServer.connect()
        let rows = try await connection.query(
            """
            SELECT true, 7::smallint, -7::integer, 1.5::real, 'x'::varchar, '{"a": 1}'::jsonb,
                '1970-01-01 00:00:01.5+00'::timestamptz, '0001-01-01'::timestamp,
                -12.50::numeric, 0::numeric, 0.000123::numeric, 123456789012345678901234::numeric,
                10000.0001::numeric, 'NaN'::numeric, 100000000::numeric
            """)
        #expect(
            rows.first?.values == [
                .integer(1), .integer(7), .integer(-7), .real(1.5), .text("x"),
                .text("{\"a\": 1}"), .integer(1_500_000), .integer(-62_135_596_800_000_000),
                .text("-12.50"), .text("0"), .text("0.000123"), .text("123456789012345678901234"),
                .text("10000.0001"), .text("NaN"), .text("100000000"),
            ])
        let unread = try await failure { _ = try await connection.query("SELECT '1'::inet") }
        #expect(unread?.kind == .misuse)
        #expect(try await connection.query("SELECT 1").count == 1)
    }

    @Test("goes on when its prepared statements are gone, or give other columns")
    func stalePlans() async throws {
        let connection = try await TestServer.connect()
        try await connection.execute("CREATE TEMPORARY TABLE plan (x bigint)")
        try await connection.execute("INSERT INTO plan VALUES (\(7))")
        let statement: SQLStatement = "SELECT * FROM plan WHERE x > \(0)"
        #expect(try await connection.query(statement) == [SQLRow([.integer(7)])])
        try await connection.execute("DEALLOCATE ALL")
        #expect(try await connection.query(statement) == [SQLRow([.integer(7)])])
        #expect(try await connection.query(statement) == [SQLRow([.integer(7)])])
        try await connection.execute("ALTER TABLE plan ADD COLUMN y bigint")
        #expect(try await connection.query(statement) == [SQLRow([.integer(7), .null])])
        #expect(try await connection.query(statement) == [SQLRow([.integer(7), .null])])
        try await connection.execute("ALTER TABLE plan ADD COLUMN z bigint")
        let error = try await failure {
            _ = try await connection.transaction { () async throws(SQLError) in
                try await connection.query(statement)
            }
        }
        #expect(error?.kind == .deadlock)
        #expect(try await connection.query(statement).first?.values.count == 3)
    }
}
