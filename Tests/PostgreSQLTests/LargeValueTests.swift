import PostgreSQL
import SQL
import Testing

@Suite("Large values on a link to PostgreSQL", .needsPostgreSQL)
struct LargeValueTests {
    @Test("of 64 MiB go in and come back whole")
    func text() async throws {
        let connection = try await TestServer.connect()
        try await connection.execute("CREATE TEMPORARY TABLE large (raw text)")
        let text = String(repeating: "€xyz", count: (64 << 20) / 6)
        try await connection.execute("INSERT INTO large VALUES (\(text))")
        let rows = try await connection.query("SELECT raw FROM large")
        #expect(rows.first?.text(0).utf8.elementsEqual(text.utf8) == true)
    }

    @Test("by COPY, and a COPY that the server refuses leaves the link usable")
    func copy() async throws {
        let connection = try await TestServer.connect()
        try await connection.execute("CREATE TEMPORARY TABLE copied (x integer, raw text)")
        let row = "7\t" + String(repeating: "y", count: 8 << 20) + "\n"
        let data = Array(String(repeating: row, count: 4).utf8)
        let count = try await connection.copy("COPY copied FROM STDIN", data, within: .seconds(60))
        #expect(count == 4)
        let sum = try await connection.query("SELECT sum(length(raw)) FROM copied")
        #expect(sum.first?.integer(0) == 32 << 20)
        let refused = try await failure {
            _ = try await connection.copy(
                "COPY copied FROM STDIN", Array("no number\tx\n".utf8) + data, within: .seconds(60))
        }
        #expect(refused?.state == "22P02")
        let unknown = try await failure {
            _ = try await connection.copy("COPY missing FROM STDIN", data, within: .seconds(60))
        }
        #expect(unknown?.state == "42P01")
        let noCopy = try await failure {
            _ = try await connection.copy("SELECT 1", data, within: .seconds(60))
        }
        #expect(noCopy?.kind == .misuse)
        let rows = try await connection.query("SELECT count(*) FROM copied")
        #expect(rows == [SQLRow([.integer(4)])])
    }
}
