import EventCopy
import EventStore
import MySQL
import OpenSSL
import PankoStorage
import PostgreSQL
import SQL
import Synchronization
import TestSupport
import Testing

/// Panko's expirer may delete events while they are read.
@Suite("A page of Panko's is of one moment")
struct SnapshotTests {
    private static let deletion = """
        DELETE FROM trait_text WHERE event_id = 4;
        DELETE FROM trait_int WHERE event_id = 4;
        DELETE FROM trait_float WHERE event_id = 4;
        DELETE FROM trait_datetime WHERE event_id = 4;
        DELETE FROM event WHERE id = 4;
        """

    @Test(
        "on PostgreSQL",
        .enabled(if: EngineDatabase.postgresql.isThere, "\(EngineDatabase.comment)"))
    func postgresql() async throws {
        try await withPankoDatabaseOnPostgreSQL { options in
            let other = try await PostgreSQLConnection.open(options)
            let connection = try await PostgreSQLConnection.open(options)
            try await expectWholeEvent(.postgresql, connection, meanwhile: other)
            await other.close()
            await connection.close()
        }
    }

    @Test("on MariaDB", .enabled(if: EngineDatabase.mysql.isThere, "\(EngineDatabase.comment)"))
    func mysql() async throws {
        try await withPankoDatabaseOnMySQL { options in
            let other = try await MySQLConnection.open(options)
            let connection = try await MySQLConnection.open(options)
            try await expectWholeEvent(.mysql, connection, meanwhile: other)
            await other.close()
            await connection.close()
        }
    }

    private func expectWholeEvent(
        _ dialect: PankoDialect, _ connection: any SQLConnection,
        meanwhile other: any SQLConnection
    ) async throws {
        // The second query of a page is the one for its events.
        let watched = WatchedConnection(connection, after: 2) { () async throws(SQLError) in
            try await other.run(script: Self.deletion)
        }
        let source = PankoDatabase(
            ConnectionPool(ConnectionPoolLimits(connections: 1)) { watched }, dialect,
            digest: SHA256.digest)
        let page = try #require(try await source.page(after: nil))
        let event = try #require(page.events.first { $0.messageID.hasSuffix("000000000000") })
        #expect(event.traits.count == 6)
        // It was deleted: the next look does not find it.
        let next = try #require(try await source.page(after: nil))
        #expect(next.events.count == page.events.count - 1)
    }
}

/// A connection that lets something happen after its n-th query.
private final class WatchedConnection: SQLConnection {
    private let base: any SQLConnection
    private let place: Int
    private let action: @Sendable () async throws(SQLError) -> Void
    private let queries = Mutex(0)

    init(
        _ base: any SQLConnection, after place: Int,
        _ action: @escaping @Sendable () async throws(SQLError) -> Void
    ) {
        self.base = base
        self.place = place
        self.action = action
    }

    func query(_ statement: SQLStatement, within limit: Duration) async throws(SQLError) -> [SQLRow]
    {
        let rows = try await base.query(statement, within: limit)
        let count = queries.withLock { count in
            count += 1
            return count
        }
        if count == place { try await action() }
        return rows
    }

    func execute(_ statement: SQLStatement, within limit: Duration) async throws(SQLError) -> Int {
        try await base.execute(statement, within: limit)
    }

    func run(script: String) async throws(SQLError) { try await base.run(script: script) }
    func ping() async throws(SQLError) { try await base.ping() }
    var isUsable: Bool { get async { await base.isUsable } }
    func close() async { await base.close() }
}
