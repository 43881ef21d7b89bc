import SQL
import TestSupport
import Testing

@testable import MySQL

@Suite(
    "A connection to MariaDB",
    .enabled(if: EngineDatabase.mysql.isThere, "\(EngineDatabase.comment)"))
struct ConnectionTests {
    @Test("gives back what it was given")
    func values() async throws {
        try await withConnection { connection in
            let values: [SQLValue] = [
                .null, .integer(.min), .integer(.max), .real(0.1), .real(-.leastNonzeroMagnitude),
                .text(""), .text("é e\u{301} 😀 'x' \\ \u{0}"), .blob([]), .blob([0, 255, 39, 92]),
            ]
            for value in values {
                let rows = try await connection.query("SELECT \(value)")
                #expect(rows == [SQLRow([value])])
            }
            let row = try await connection.query(
                """
                SELECT CAST(7 AS SIGNED), CAST('x' AS BINARY), 1.5, 1.5e0, CAST('2020-01-02' AS DATE),
                CAST(NULL AS SIGNED), TRUE
                """)
            #expect(
                row == [
                    SQLRow([
                        .integer(7), .blob([120]), .text("1.5"), .real(1.5), .text("2020-01-02"),
                        .null, .integer(1),
                    ])
                ])
        }
    }

    @Test("takes and gives values of megabytes")
    func largeValues() async throws {
        try await withConnection { connection in
            let text = String(repeating: "€x", count: 2 << 20)
            let rows = try await connection.query("SELECT \(text), 1, \(SQLValue.blob([97, 98]))")
            #expect(rows.first?.text(0) == text)
            #expect(rows.first?.blob(2) == [97, 98])
        }
    }

    @Test("gives each row its own values, long and short ones in turn")
    func rows() async throws {
        try await withTable("id INT PRIMARY KEY, content MEDIUMTEXT") { connection in
            for (id, size) in [3, 5000, 0, 1024, 1025].enumerated() {
                let text = String(repeating: "x", count: size)
                #expect(
                    try await connection.execute("INSERT INTO t VALUES (\(id), \(text))") == 1)
            }
            let rows = try await connection.query("SELECT content FROM t ORDER BY id")
            #expect(rows.map { $0.text(0).count } == [3, 5000, 0, 1024, 1025])
            try await #expect(connection.query("SELECT id FROM t WHERE id > 99").isEmpty)
        }
    }

    @Test("writes many rows at once, in packets that the server takes")
    func bulk() async throws {
        try await withTable("id INT PRIMARY KEY, a VARBINARY(20), b MEDIUMTEXT") { connection in
            var rows = BulkRows(.integer, .blob, .text)
            let large = String(repeating: "é", count: 40_000)
            for id in 0..<300 {
                rows.append(
                    .integer(Int64(id)),
                    id % 3 == 0 ? .null : .blob([UInt8](repeating: 0, count: id % 5)),
                    .text(id % 2 == 0 ? "" : large))
            }
            let count = try await connection.execute("INSERT INTO t VALUES (?, ?, ?)", for: rows)
            #expect(count == 300)
            let found = try await connection.query(
                "SELECT COUNT(*), COUNT(a), CAST(SUM(LENGTH(a)) AS SIGNED), COUNT(b), "
                    + "CAST(SUM(LENGTH(b)) AS SIGNED) FROM t")
            let lengths = (0..<300).filter { $0 % 3 != 0 }.reduce(0) { $0 + $1 % 5 }
            let row = found.first.map { row in (0..<5).map { Int(row.integer($0)) } }
            #expect(row == [300, 200, lengths, 300, 150 * 80_000])
            let again = try await connection.execute(
                "INSERT INTO t VALUES (?, ?, ?) ON DUPLICATE KEY UPDATE id = id", for: rows)
            #expect(again == 0)
        }
    }

    @Test("refuses a row that the server would not take, and names the setting")
    func tooLarge() async throws {
        try await withTable("content LONGBLOB") { connection in
            var rows = BulkRows(.blob)
            rows.append(.blob([UInt8](repeating: 1, count: await connection.mostBytes)))
            let error = await failure {
                try await connection.execute("INSERT INTO t VALUES (?)", for: rows)
            }
            #expect(error?.message.contains("max_allowed_packet") == true)
            #expect(await connection.isUsable)
        }
    }

    @Test("has the same session whatever the server's defaults are")
    func session() async throws {
        try await withConnection { connection in
            let row = try await connection.query(
                """
                SELECT @@character_set_client, @@time_zone, @@tx_isolation,
                FIND_IN_SET('STRICT_ALL_TABLES', @@sql_mode) > 0, @@autocommit
                """
            ).first
            #expect(row?.text(0) == "utf8mb4")
            #expect(row?.text(1) == "+00:00")
            #expect(row?.text(2) == "READ-COMMITTED")
            #expect(row?.integer(3) == 1)
            #expect(row?.integer(4) == 1)
        }
    }

    @Test("tells what kind of failure it was, and goes on")
    func failures() async throws {
        try await withTable("id INT PRIMARY KEY, a VARCHAR(3)") { connection in
            try await connection.execute("INSERT INTO t VALUES (\(1), \("abc"))")
            let failures: [(SQLStatement, SQLError.Kind, Int)] = [
                ("INSERT INTO t VALUES (\(1), \("x"))", .constraint, 1062),
                ("INSERT INTO t VALUES (\(2), \("abcd"))", .constraint, 1406),
                ("SELECT * FROM nowhere", .misuse, 1146), ("SELEKT 1", .misuse, 1064),
                ("SELECT \(1) FROM", .misuse, 1064),
                // Behind rows that have been sent.
                (
                    """
                    SELECT REPEAT('x', 20000), (SELECT 1 FROM seq_1_to_2 WHERE many.seq > \(50))
                    FROM seq_1_to_60 AS many
                    """, .other, 1242
                ),
            ]
            for (statement, kind, code) in failures {
                let error = await failure { try await connection.query(statement) }
                #expect(error?.kind == kind, "\(statement)")
                #expect(error?.code == code)
            }
            try await #expect(connection.query("SELECT a FROM t").first?.text(0) == "abc")
        }
    }

    @Test("takes back a transaction that fails")
    func transaction() async throws {
        try await withTable("id INT PRIMARY KEY") { connection in
            _ = await failure {
                try await connection.transaction { () async throws(SQLError) in
                    try await connection.execute("INSERT INTO t VALUES (\(1))")
                    try await connection.execute("INSERT INTO t VALUES (\(1))")
                }
            }
            try await #expect(connection.query("SELECT id FROM t").isEmpty)
            try await connection.transaction { () async throws(SQLError) in
                _ = try await connection.execute("INSERT INTO t VALUES (\(1))")
            }
            try await #expect(connection.query("SELECT id FROM t").count == 1)
        }
    }

    @Test("runs a script of several statements and stops at one that fails")
    func script() async throws {
        try await withTable("id INT PRIMARY KEY") { connection in
            try await connection.run(script: "INSERT INTO t VALUES (1); SELECT * FROM t; -- end\n")
            let error = await failure {
                try await connection.run(
                    script: "INSERT INTO t VALUES (2); INSERT INTO t VALUES (1); DELETE FROM t;")
            }
            #expect(error?.code == 1062)
            try await #expect(connection.query("SELECT id FROM t").count == 2)
        }
    }
}
