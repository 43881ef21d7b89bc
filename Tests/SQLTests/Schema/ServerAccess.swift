import MySQL
import PostgreSQL
import SQL
import TestSupport
import Testing

/// How tests reach a kind of server: its dialect, and connections to databases of their own.
struct ServerAccess<Connection: SQLConnection>: Sendable {
    let dialect: SchemaDialect
    let server: EngineDatabase
    let open: @Sendable (_ url: String) async throws(SQLError) -> Connection
    /// Ends every connection to the database that is dropped.
    let dropScript: @Sendable (_ name: String) -> String

    /// Lends an empty database, which goes when `body` has ended.
    func withDatabase(_ body: (TestDatabase<Connection>) async throws -> Void) async throws {
        let name = EngineDatabase.freshName()
        let administrator = try await open(try #require(server.url))
        try await administrator.run(script: "CREATE DATABASE \(name)")
        do {
            let url = try #require(server.url(of: name))
            try await body(TestDatabase(dialect: dialect, url: url, open: open))
        } catch {
            try await administrator.run(script: dropScript(name))
            throw error
        }
        try await administrator.run(script: dropScript(name))
        await administrator.close()
    }
}

struct TestDatabase<Connection: SQLConnection>: Sendable {
    let dialect: SchemaDialect
    let url: String
    let open: @Sendable (_ url: String) async throws(SQLError) -> Connection

    func connect() async throws(SQLError) -> Connection { try await open(url) }

    /// - Parameter patience: short, for tests in which a runner dies; where runners live it has to be
    ///   longer than the machine may keep one waiting.
    func migrator(
        _ steps: [Migration], patience: Duration = .milliseconds(500)
    ) -> Migrator<Connection> {
        let timing = SchemaLeaseTiming(beat: .milliseconds(20), patience: patience)
        return Migrator(dialect, steps, timing: timing) { () throws(SQLError) in
            try await connect()
        }
    }

    func run(_ script: String) async throws {
        let connection = try await connect()
        try await connection.run(script: script)
        await connection.close()
    }
}

extension ServerAccess<PostgreSQLConnection> {
    static let postgresql = ServerAccess(
        dialect: .postgresql, server: .postgresql,
        open: { url throws(SQLError) in try await .open(PostgreSQLOptions(url: url)) },
        dropScript: { "DROP DATABASE \($0) WITH (FORCE)" })
}

extension ServerAccess<MySQLConnection> {
    static let mysql = ServerAccess(
        dialect: .mysql, server: .mysql,
        open: { url throws(SQLError) in try await .open(MySQLOptions(url: url)) },
        dropScript: { "DROP DATABASE \($0)" })
}

/// The statements of a script of ours: each ends at the end of a line.
func statements(of script: String) -> [String] {
    var statements: [String] = []
    var lines: [Substring] = []
    for line in script.split(separator: "\n") where !line.hasPrefix("--") {
        lines.append(line)
        let code = line.firstRange(of: "--").map { line[..<$0.lowerBound] } ?? line
        if code.last(where: { $0 != " " }) == ";" {
            statements.append(lines.joined(separator: "\n"))
            lines = []
        }
    }
    return statements
}
