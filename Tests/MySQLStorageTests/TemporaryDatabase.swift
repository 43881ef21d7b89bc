import EventStore
import Migrations
import MySQL
import MySQLStorage
import SQL
import SQLStorage
import TestSupport

/// Lends a database of its own with our schema, which goes when `body` has ended.
func withTemporaryDatabase(_ body: (TemporaryDatabase) async throws -> Void) async throws {
    let name = EngineDatabase.freshName()
    let database = TemporaryDatabase(
        server: try MySQLOptions(url: EngineDatabase.mysql.url ?? ""),
        options: try MySQLOptions(url: EngineDatabase.mysql.url(of: name) ?? ""))
    try await database.run(script: "CREATE DATABASE \(name)", on: database.server)
    let result: Result<Void, any Error>
    do {
        try await database.migrate()
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

    /// Lends a storage over a store of its own, which is closed when `body` has ended.
    func withStore(
        _ options: ServerStoreOptions = ServerStoreOptions(writers: 3, readers: 2),
        _ body: (any EventStorage) async throws -> Void
    ) async throws {
        let store = MySQLStore(connection: self.options, options: options)
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
}
