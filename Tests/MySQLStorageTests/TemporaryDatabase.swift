import EventStore
import Migrations
import MySQL
import MySQLStorage
import SQL
import SQLStorage
import TestSupport

/// Lends a database of its own with our schema, which goes when `body` has ended.
///
/// - Parameter isMigrated: false for a database that is empty.
func withTemporaryDatabase(
    migrated isMigrated: Bool = true, _ body: (TemporaryDatabase) async throws -> Void
) async throws {
    let name = EngineDatabase.freshName()
    let database = TemporaryDatabase(
        server: try MySQLOptions(url: EngineDatabase.mysql.url ?? ""),
        options: try MySQLOptions(url: EngineDatabase.mysql.url(of: name) ?? ""))
    try await database.run(script: "CREATE DATABASE \(name)", on: database.server)
    let result: Result<Void, any Error>
    do {
        if isMigrated { try await database.migrate() }
        result = .success(try await body(database))
    } catch {
        result = .failure(error)
    }
    try await database.run(script: "DROP DATABASE \(name)", on: database.server)
    try result.get()
}

struct TemporaryDatabase {
    let server: MySQLOptions
    let options: MySQLOptions

    /// Lends a storage over a store of its own, which is closed when `body` has ended. However loaded
    /// the machine is, nobody who stands in line is sent away.
    func withStore(
        _ options: ServerStoreOptions = ServerStoreOptions(writers: 3, readers: 2),
        _ body: (any EventStorage) async throws -> Void
    ) async throws {
        var patient = options
        patient.wait = .seconds(600)
        let store = MySQLStore(connection: self.options, options: patient)
        do {
            try await body(store.storage)
            await store.close()
        } catch {
            await store.close()
            throw error
        }
    }

    func migrate() async throws {
        let options = options
        try await Migrator(.mysql, Migrations.mysql) { () async throws(SQLError) in
            try await MySQLConnection.open(options)
        }.upgrade()
    }

    func run(script: String, on server: MySQLOptions? = nil) async throws {
        let connection = try await MySQLConnection.open(server ?? options)
        try await connection.run(script: script)
        await connection.close()
    }

    /// Ends every connection to the database, as a server does with idle ones.
    func killConnections() async throws {
        let connection = try await MySQLConnection.open(server)
        let numbers = try await connection.query(
            "SELECT id FROM information_schema.processlist WHERE db = \(options.database)")
        for number in numbers {
            do throws(SQLError) {
                try await connection.run(script: "KILL CONNECTION \(number.integer(0))")
            } catch {
                // It may have ended by itself meanwhile.
                guard error.code == Self.noSuchThread else { throw error }
            }
        }
        await connection.close()
    }

    /// `ER_NO_SUCH_THREAD`.
    private static let noSuchThread = 1094

    func count(_ table: String) async throws -> Int64 {
        let rows = try await query(SQLStatement(stringLiteral: "SELECT COUNT(*) FROM \(table)"))
        return rows.first?.integer(0) ?? -1
    }

    func partitions(of table: String) async throws -> [String] {
        try await query(
            """
            SELECT partition_name FROM information_schema.partitions
            WHERE table_schema = DATABASE() AND table_name = \(table)
            ORDER BY partition_ordinal_position
            """
        ).map { $0.text(0) }
    }

    private func query(_ statement: SQLStatement) async throws -> [SQLRow] {
        let connection = try await MySQLConnection.open(options)
        let rows = try await connection.query(statement)
        await connection.close()
        return rows
    }
}
