import MySQL
import SQL

@testable import MySQLStorage

/// What the server was asked by one connection, out of the server's own log, and how it answers.
struct StatementLog {
    private let watched: MySQLConnection
    private let observer: MySQLConnection
    private let number: Int64

    init(_ database: TemporaryDatabase) async throws {
        watched = try await MySQLConnection.open(database.options)
        observer = try await MySQLConnection.open(database.options)
        number = try await watched.query("SELECT CONNECTION_ID()").first?.integer(0) ?? 0
        try await observer.run(script: "SET GLOBAL log_output = 'TABLE', GLOBAL general_log = ON")
    }

    func run(_ work: (EventRows) async throws -> Void) async throws {
        try await observer.run(script: "TRUNCATE mysql.general_log")
        try await work(
            EventRows(
                connection: watched, names: EventTypeNames(), deadline: QueryDeadline(.seconds(10)))
        )
    }

    /// The plans of all statements of the last `run`.
    func plans() async throws -> [PlanLine] {
        let statements = try await observer.query(
            """
            SELECT DISTINCT CONVERT(argument USING utf8mb4) FROM mysql.general_log
            WHERE thread_id = \(number) AND command_type = 'Execute'
            """)
        var plans: [PlanLine] = []
        for statement in statements {
            // The log has the values in the text; it comes from our own statements.
            let text = statement.text(0)
            plans += try await observer.query(
                SQLStatement(stringLiteral: "EXPLAIN PARTITIONS " + text)
            )
            .map { PlanLine($0, text) }
        }
        return plans
    }

    /// Rows that the storage engine was asked for by the watched connection so far.
    func readRows() async throws -> Int64 {
        try await watched.query("SHOW SESSION STATUS LIKE 'Handler_read%'")
            .reduce(0) { $0 + (Int64($1.text(1)) ?? 0) }
    }

    func close() async throws {
        try await observer.run(
            script: "SET GLOBAL general_log = OFF, GLOBAL log_output = 'FILE'")
        await watched.close()
        await observer.close()
    }
}

/// One line of EXPLAIN PARTITIONS.
struct PlanLine: CustomStringConvertible {
    let table: String
    let partitions: String
    let access: String
    let key: String
    let extra: String
    let statement: String

    init(_ row: SQLRow, _ statement: String) {
        table = row.text(2)
        partitions = row.text(3)
        access = row.text(4)
        key = row.text(6)
        extra = row.text(10)
        self.statement = statement
    }

    /// Reads rows that an index chose; or a list that we sent, or the rows of a UNION.
    var isIndexed: Bool {
        if extra.contains("Table function") || table.hasPrefix("<union") || table.isEmpty {
            return true
        }
        return !key.isEmpty && access != "ALL"
            // The order of the ids is the answer itself, not a search for it.
            && (access != "index" || table == "i")
    }

    var description: String {
        "\(table) [\(partitions)] \(access) \(key) \(extra) <- \(statement)"
    }
}
