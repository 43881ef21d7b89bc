import MySQL
import SQL
import TestSupport

func connectionOptions() throws(SQLError) -> MySQLOptions {
    try MySQLOptions(url: EngineDatabase.mysql.url ?? "")
}

func withConnection(_ body: (MySQLConnection) async throws -> Void) async throws {
    let connection = try await MySQLConnection.open(connectionOptions())
    do {
        try await body(connection)
    } catch {
        await connection.close()
        throw error
    }
    await connection.close()
}

/// Lends a connection to a database of its own with a table `t`.
func withTable(
    _ columns: String, _ body: (MySQLConnection) async throws -> Void
) async throws {
    let name = EngineDatabase.freshName()
    try await withConnection { connection in
        try await connection.run(
            script: "CREATE DATABASE \(name); CREATE TABLE \(name).t (\(columns))")
    }
    var options = try connectionOptions()
    options.database = name
    let connection = try await MySQLConnection.open(options)
    let result: Result<Void, any Error>
    do {
        result = .success(try await body(connection))
    } catch {
        result = .failure(error)
    }
    await connection.close()
    try await withConnection { try await $0.run(script: "DROP DATABASE \(name)") }
    try result.get()
}

/// The failure of the engine that `work` throws; nil where it throws none.
func failure<Output>(_ work: () async throws -> Output) async -> SQLError? {
    do {
        _ = try await work()
        return nil
    } catch {
        return error as? SQLError
    }
}
