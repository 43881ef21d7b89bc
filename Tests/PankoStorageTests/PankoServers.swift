import EventCopy
import MySQL
import OpenSSL
import PankoStorage
import PostgreSQL
import SQL
import TestSupport
import Testing

/// Lends what Panko left on PostgreSQL, as a source.
func withPankoOnPostgreSQL(
    more: String = "", _ body: (PankoSource) async throws -> Void
) async throws {
    try await withPankoDatabaseOnPostgreSQL(more: more) { options in
        let connections = ConnectionPool(ConnectionPoolLimits(connections: 1)) {
            () async throws(SQLError) in try await PostgreSQLConnection.open(options)
        }
        try await body { pageSize in
            PankoDatabase(connections, .postgresql, digest: SHA256.digest, pageSize: pageSize)
        }
        await connections.close()
    }
}

/// The same on MariaDB.
func withPankoOnMySQL(_ body: (PankoSource) async throws -> Void) async throws {
    try await withPankoDatabaseOnMySQL { options in
        let connections = ConnectionPool(ConnectionPoolLimits(connections: 1)) {
            () async throws(SQLError) in try await MySQLConnection.open(options)
        }
        try await body { pageSize in
            PankoDatabase(connections, .mysql, digest: SHA256.digest, pageSize: pageSize)
        }
        await connections.close()
    }
}

/// Lends a database that goes when `body` has ended.
///
/// - Parameter more: statements that are run after Panko's own.
func withPankoDatabaseOnPostgreSQL(
    more: String = "", _ body: (PostgreSQLOptions) async throws -> Void
) async throws {
    let server = try PostgreSQLOptions(url: #require(EngineDatabase.postgresql.url))
    let name = EngineDatabase.freshName()
    let options = try PostgreSQLOptions(url: #require(EngineDatabase.postgresql.url(of: name)))
    let administrator = try await PostgreSQLConnection.open(server)
    try await administrator.run(
        script: "CREATE DATABASE \(name) TEMPLATE template0 ENCODING 'UTF8'")
    let result = await Result { () async throws in
        let filler = try await PostgreSQLConnection.open(options)
        try await filler.run(script: PankoFixture.text("schema-postgresql.sql"))
        try await filler.run(script: PankoFixture.text("rows-postgresql.sql"))
        if !more.isEmpty { try await filler.run(script: more) }
        await filler.close()
        try await body(options)
    }
    try await administrator.run(script: "DROP DATABASE \(name) WITH (FORCE)")
    await administrator.close()
    try result.get()
}

/// The same on MariaDB.
func withPankoDatabaseOnMySQL(_ body: (MySQLOptions) async throws -> Void) async throws {
    let server = try MySQLOptions(url: #require(EngineDatabase.mysql.url))
    let name = EngineDatabase.freshName()
    let options = try MySQLOptions(url: #require(EngineDatabase.mysql.url(of: name)))
    let administrator = try await MySQLConnection.open(server)
    try await administrator.run(script: "CREATE DATABASE \(name) CHARACTER SET utf8")
    let result = await Result { () async throws in
        let filler = try await MySQLConnection.open(options)
        // Many tests make tables at once; ours would rather wait than fail.
        try await filler.execute("SET SESSION innodb_lock_wait_timeout = 60")
        try await filler.run(script: PankoFixture.text("schema-mariadb.sql"))
        try await filler.run(script: PankoFixture.text("rows-mariadb.sql"))
        await filler.close()
        try await body(options)
    }
    try await administrator.run(script: "DROP DATABASE \(name)")
    await administrator.close()
    try result.get()
}

extension Result where Failure == any Error {
    /// What `body` gives, so that what has to be done after it can be done.
    fileprivate init(_ body: () async throws -> Success) async {
        do {
            self = .success(try await body())
        } catch {
            self = .failure(error)
        }
    }
}
