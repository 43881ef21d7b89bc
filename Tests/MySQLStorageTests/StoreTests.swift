import EventStore
import MySQL
import MySQLStorage
import SQL
import SQLStorage
import StorageConformance
import TestSupport
import Testing
import Values

@Suite(
    "A store on MariaDB",
    .enabled(if: EngineDatabase.mysql.isThere, "\(EngineDatabase.comment)"))
struct StoreTests {
    @Test("takes each event once when several instances bring the same ones")
    func instances() async throws {
        try await withTemporaryDatabase { database in
            let stores = (0..<4).map { _ in
                MySQLStore(
                    connection: database.options,
                    options: ServerStoreOptions(writers: 2, readers: 1, wait: .seconds(120)))
            }
            let outcomes = try await withThrowingTaskGroup(of: [RecordOutcome].self) { group in
                for (number, store) in stores.enumerated() {
                    for round in 0..<5 {
                        // Each brings the events in another order, and some with other content.
                        let events = (0..<60).map { index in
                            let id = (index * 7 + number * 13 + round * 29) % 60
                            return IncomingEvent(
                                .sample("id-\(id)", second: id % 3, user: "u\((id + number) % 2)"))
                        }
                        group.addTask { try await store.storage.record(events) }
                    }
                }
                return try await group.reduce([], +)
            }
            #expect(outcomes.count { $0 == .accepted } == 60)
            #expect(outcomes.contains(.conflict) && outcomes.contains(.duplicate))
            let ids = try await stores[0].storage.ids(EventQuery(limit: 100))
            #expect(ids.count == 60 && Set(ids).count == 60)
            for store in stores { await store.close() }
        }
    }

    /// So few events and so many groups that places drawn by chance meet.
    @Test("tells its own rows from those that another has written alike, by any chance")
    func sameEvents() async throws {
        try await withTemporaryDatabase { database in
            try await database.withStore { storage in
                let events = (0..<400).map { IncomingEvent(.sample("id-\($0)", second: $0)) }
                let accepted = try await withThrowingTaskGroup(of: Int.self) { group in
                    for _ in 0..<30 {
                        group.addTask {
                            try await storage.record(events).count { $0 == .accepted }
                        }
                    }
                    return try await group.reduce(0, +)
                }
                #expect(accepted == 400)
            }
        }
    }

    @Test("says what to do where its schema is missing, and goes on once it is there")
    func missingSchema() async throws {
        try await withTemporaryDatabase(migrated: false) { database in
            try await database.withStore { storage in
                let error = await #expect(throws: StorageError.self) {
                    try await storage.record(.sample("a"))
                }
                #expect(error?.label == "unavailable")
                #expect(error?.detail.contains("annals db upgrade") == true)
                let status = await storage.status()
                #expect(status.schemaVersion == 0 && status.schemaWanted == 2)
                #expect(status.failure?.contains("annals db upgrade") == true)
                #expect(!status.durability.isEmpty)
                try await database.migrate()
                try await retrying { _ = try await storage.record(.sample("a")) }
                #expect(await storage.status().failure == nil)
            }
        }
    }

    @Test("tells the durability in force, the version and where it is, without a secret")
    func status() async throws {
        try await withTemporaryDatabase { database in
            try await database.withStore { storage in
                let status = await storage.status()
                #expect(status.engine == "mysql" && status.engineVersion.contains("MariaDB"))
                #expect(status.schemaVersion == 2 && status.failure == nil && status.isDurable)
                #expect(status.location == database.options.location)
                let names = status.durability.map(\.name)
                #expect(names.contains("innodb_flush_log_at_trx_commit"))
                #expect(names.contains("innodb_doublewrite"))
                #expect(status.connections?.open == 1)
            }
        }
    }

    @Test("fails while the server is away, and tells why")
    func away() async throws {
        var options = try MySQLOptions(url: EngineDatabase.mysql.url ?? "")
        options.hosts = [MySQLHost(name: "127.0.0.1", port: 1)]
        let store = MySQLStore(connection: options, options: ServerStoreOptions())
        let error = await #expect(throws: StorageError.self) {
            try await store.storage.ids(EventQuery())
        }
        #expect(error?.label == "unavailable")
        #expect(await store.storage.status().failure?.contains("127.0.0.1:1") == true)
        await store.close()
    }

    @Test("replaces links that the server has closed, and nobody notices")
    func closedLinks() async throws {
        try await withTemporaryDatabase { database in
            try await database.withStore { storage in
                _ = try await storage.record(.sample("a"))
                try await #expect(storage.ids(EventQuery()) == ["a"])
                try await database.killConnections()
                try await #expect(storage.record(.sample("b", second: 1)) == [.accepted])
                try await database.killConnections()
                try await #expect(storage.ids(EventQuery()) == ["a", "b"])
            }
        }
    }

    @Test("keeps documents larger than any packet of the server")
    func largeDocuments() async throws {
        try await withTemporaryDatabase { database in
            try await database.withStore { storage in
                let raw = JSONText(canonical: "\"" + String(repeating: "x", count: 20 << 20) + "\"")
                let text = String(repeating: "é", count: 100_000)
                let event = Event.sample("large", traits: [Trait("k", .text(text))], raw: raw)
                let digest = [UInt8](repeating: 7, count: 32)
                let outcomes = try await storage.record([
                    IncomingEvent(event: event, digest: digest), IncomingEvent(.sample("small")),
                ])
                #expect(outcomes == [.accepted, .accepted])
                let found = try await storage.event("large", visibleTo: .everything)
                #expect(found?.raw == raw && found?.traits == event.traits)
                let query = EventQuery(traits: [TraitFilter("k", .equal, .text(text))])
                try await #expect(storage.ids(query) == ["large"])
                try await #expect(storage.deleteEvents(before: .sample(9), batchSize: 9) == 2)
                try await #expect(database.count("event_part") == 0)
            }
        }
    }

    @Test("keeps thousands of events of one instant apart, in the order of their ids")
    func oneInstant() async throws {
        try await withTemporaryDatabase { database in
            try await database.withStore { storage in
                let ids = (0..<1500).map { "id-\(10_000 + $0)" }
                for start in stride(from: 0, to: 1500, by: 500) {
                    let events = ids[start..<start + 500].map {
                        IncomingEvent(.sample($0, project: "p"))
                    }
                    _ = try await storage.record(events)
                }
                for visibility in [Visibility.everything, .projectAndUnowned("p")] {
                    for order in [EventOrder.oldestFirst, .newestFirst] {
                        var query = EventQuery(order: order, limit: 400, visibility: visibility)
                        var found: [String] = []
                        while let last = try await page(storage, query, &found) {
                            query.after = last
                        }
                        #expect(found == (order == .oldestFirst ? ids : ids.reversed()))
                    }
                }
            }
        }
    }

    private func page(
        _ storage: any EventStorage, _ query: EventQuery, _ found: inout [String]
    ) async throws -> EventPosition? {
        let events = try await storage.events(matching: query)
        found += events.map(\.messageID)
        return events.last.map { EventPosition(of: $0) }
    }

    /// A pool waits a little after a failure.
    private func retrying(_ work: () async throws -> Void) async throws {
        let end = ContinuousClock.now + .seconds(30)
        while true {
            do {
                return try await work()
            } catch let error as StorageError where error.label == "unavailable" {
                guard ContinuousClock.now < end else { throw error }
                await Task.yield()
            }
        }
    }
}
