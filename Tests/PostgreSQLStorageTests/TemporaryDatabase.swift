import Foundation
import Migrations
import PostgreSQL
import SQL
import SQLStorage
import Testing

@testable import PostgreSQLStorage

extension Trait where Self == ConditionTrait {
    static var needsPostgreSQL: Self {
        .enabled(
            if: TemporaryDatabase.server != nil,
            "ANNALS_TEST_POSTGRESQL names no server; scripts/test-servers starts one")
    }
}

/// A database of its own on the server that `scripts/test-servers` has started.
struct TemporaryDatabase {
    static let server = ProcessInfo.processInfo.environment["ANNALS_TEST_POSTGRESQL"]

    let name: String
    let options: PostgreSQLOptions

    /// The same server with another database.
    private static func url(_ database: String) throws -> String {
        let url = try #require(server.flatMap { URLComponents(string: $0) })
        var copy = url
        copy.path = "/" + database
        return try #require(copy.string)
    }

    init() throws {
        name = "annals_" + UUID().uuidString.lowercased().replacing("-", with: "")
        options = try PostgreSQLOptions(url: Self.url(name))
    }

    static func administer(_ statement: String) async throws {
        let connection = try await PostgreSQLConnection.open(
            PostgreSQLOptions(url: server ?? ""))
        _ = try await connection.execute(SQLStatement(stringLiteral: statement))
        await connection.close()
    }

    func connect() async throws -> PostgreSQLConnection {
        try await PostgreSQLConnection.open(options)
    }

    /// However loaded the machine is, nobody who stands in line is sent away.
    func storeOptions(_ server: ServerStoreOptions) -> PostgreSQLStoreOptions {
        var patient = server
        patient.wait = .seconds(600)
        return PostgreSQLStoreOptions(connection: options, server: patient)
    }

    func store(
        _ server: ServerStoreOptions = ServerStoreOptions(writers: 2, readers: 2)
    ) -> PostgreSQLStore {
        PostgreSQLStore(storeOptions(server))
    }
}

/// Lends a database, which goes when `body` has ended.
func withTemporaryDatabase(
    hasSchema: Bool = true, _ body: (TemporaryDatabase) async throws -> Void
) async throws {
    let database = try TemporaryDatabase()
    try await TemporaryDatabase.administer(
        "CREATE DATABASE \(database.name) TEMPLATE template0 LC_COLLATE 'C.UTF-8' ENCODING 'UTF8'")
    do {
        if hasSchema {
            let migrator = Migrator(.postgresql, Migrations.postgresql) {
                () async throws(SQLError) -> PostgreSQLConnection in
                try await PostgreSQLConnection.open(database.options)
            }
            try await migrator.upgrade()
        }
        try await body(database)
    } catch {
        try await TemporaryDatabase.administer("DROP DATABASE \(database.name) WITH (FORCE)")
        throw error
    }
    try await TemporaryDatabase.administer("DROP DATABASE \(database.name) WITH (FORCE)")
}

/// Lends a storage on a database of its own.
func withTemporaryStorage(
    _ server: ServerStoreOptions = ServerStoreOptions(writers: 2, readers: 2),
    sizes: StoreSizes = .standard,
    _ body: (PostgreSQLEventStorage, TemporaryDatabase) async throws -> Void
) async throws {
    try await withTemporaryDatabase { database in
        let links = StoreLinks(database.storeOptions(server), sizes: sizes)
        do {
            try await body(PostgreSQLEventStorage(links), database)
        } catch {
            await links.close()
            throw error
        }
        await links.close()
    }
}

extension StoreSizes {
    /// So small that a few dozen events take every way there is.
    static let tiny = StoreSizes(
        smallestCopy: 20, probedEvents: 6, walkStep: 5, walkedIDs: 10, mostRows: 7, droppedIDs: 4)
}
