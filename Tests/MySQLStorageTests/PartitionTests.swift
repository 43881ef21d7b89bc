import EventStore
import MySQL
import SQL
import SQLStorage
import StorageConformance
import TestSupport
import Testing
import Values

@testable import MySQLStorage

@Suite(
    "Partitions of events on MariaDB",
    .enabled(if: EngineDatabase.mysql.isThere, "\(EngineDatabase.comment)"))
struct PartitionTests {
    static let day = 86_400

    @Test("are cut ahead, once, however many instances do it at once")
    func ahead() async throws {
        try await withTemporaryDatabase { database in
            let options = ServerStoreOptions(
                writers: 1, readers: 1, partitions: .day, partitionsAhead: 2)
            let stores = (0..<3).map { _ in
                MySQLStore(connection: database.options, options: options)
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for store in stores {
                    group.addTask {
                        _ = try await store.storage.maintain(at: .sample(0), droppingBefore: nil)
                    }
                }
                try await group.waitForAll()
            }
            for table in ["event", "event_part", "posting"] {
                try await #expect(
                    database.partitions(of: table) == [
                        "p20200102", "p20200103", "p20200104", "after20200104",
                    ])
            }
            _ = try await stores[0].storage.maintain(at: .sample(Self.day), droppingBefore: nil)
            try await #expect(
                database.partitions(of: "event") == [
                    "p20200102", "p20200103", "p20200104", "p20200105", "after20200105",
                ])
            for store in stores { await store.close() }
        }
    }

    @Test("go as a whole with all that belongs to their events, and not before their end")
    func drop() async throws {
        try await withTemporaryDatabase { database in
            let options = ServerStoreOptions(writers: 1, readers: 1, partitions: .day)
            try await database.withStore(options) { storage in
                let now = Timestamp.sample(0)
                _ = try await storage.maintain(at: now, droppingBefore: nil)
                let events = (0..<30).map {
                    IncomingEvent(.sample("\($0 + 10)", second: $0 * Self.day / 10, project: "p"))
                }
                _ = try await storage.record(events)
                let cutoff = Timestamp.sample(Self.day * 3 / 2)
                // 2020-01-02 ends with the sixth event; the day after has not ended at the cutoff.
                let count = try await storage.maintain(at: now, droppingBefore: cutoff)
                #expect(count == 6)
                let left = (16..<40).map { "\($0)" }
                try await #expect(storage.ids(EventQuery()) == left)
                try await #expect(
                    storage.ids(EventQuery(visibility: .projectAndUnowned("p"))) == left)
                try await #expect(database.count("event_id") == 24)
                try await #expect(storage.event("11", visibleTo: .everything) == nil)
                try await #expect(storage.record([events[0]]) == [.accepted])
                try await #expect(storage.ids(EventQuery(limit: 1)) == ["10"])
            }
        }
    }

    @Test(
        "get a new name whenever they are made anew: MariaDB loses a table when it is killed otherwise"
    )
    func rebuild() async throws {
        try await withTemporaryDatabase { database in
            let options = ServerStoreOptions(writers: 1, readers: 1, partitions: .day)
            try await database.withStore(options) { storage in
                let now = Timestamp.sample(0)
                _ = try await storage.maintain(at: now, droppingBefore: nil)
                for name in ["p20200102_2", "p20200102_3"] {
                    try await database.giveBackSpace(ofDay: now)
                    try await #expect(database.partitions(of: "posting").first == name)
                    try await #expect(database.count("posting") == 10)
                }
                let behind = Timestamp.sample(Self.day * 2)
                _ = try await storage.maintain(at: now, droppingBefore: behind)
                try await #expect(database.partitions(of: "posting").first != "p20200102_3")
                try await #expect(database.count("posting") == 0)
            }
        }
    }

    @Test("leave nothing behind in the index when all events are deleted one by one")
    func deleteAll() async throws {
        try await withTemporaryDatabase { database in
            try await database.withStore { storage in
                let events = (0..<300).map {
                    IncomingEvent(.sample("\($0)", second: $0 * 11, project: "p\($0 % 3)"))
                }
                _ = try await storage.record(events)
                try await #expect(
                    storage.deleteEvents(before: .sample(9000), batchSize: 1000) == 300)
                for table in ["event", "event_id", "posting"] {
                    try await #expect(database.count(table) == 0, "\(table)")
                }
            }
        }
    }
}

extension TemporaryDatabase {
    /// Fills the day's partition of `posting` with 17 MiB, leaves ten rows of it, and has the space
    /// given back.
    fileprivate func giveBackSpace(ofDay day: Timestamp) async throws {
        let connection = try await MySQLConnection.open(options)
        let minute = day.microseconds
        try await connection.execute("DELETE FROM posting")
        try await connection.execute(
            """
            INSERT INTO posting SELECT seq, \(minute), 1, REPEAT('x', 4000) FROM seq_1_to_4500
            """)
        try await connection.execute("DELETE FROM posting WHERE trait_key > 10")
        try await connection.run(script: "FLUSH TABLES")
        let space = PartitionSpace(connection: connection)
        try await space.giveBack(within: minute..<minute + 1)
        await connection.close()
    }
}
