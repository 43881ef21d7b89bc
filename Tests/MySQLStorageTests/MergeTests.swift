import EventStore
import MemoryStorage
import MySQL
import MySQLStorage
import SQL
import SQLStorage
import StorageConformance
import TestSupport
import Testing
import Values

@testable import MySQLStorage

@Suite(
    "Merging posting lists on MariaDB",
    .enabled(if: EngineDatabase.mysql.isThere, "\(EngineDatabase.comment)"))
struct MergeTests {
    /// Every day is quiet at once.
    static let options = ServerStoreOptions(writers: 3, readers: 3, mergeAfter: .zero)

    @Test("changes no answer, whenever it happens", arguments: 1...4 as ClosedRange<UInt64>)
    func anyMoment(seed: UInt64) async throws {
        try await withTemporaryDatabase { database in
            var random = RandomEvents(seed: seed)
            let reference = MemoryEventStorage()
            try await database.withStore(Self.options) { storage in
                for round in 0..<12 {
                    let events = (0..<random.number(below: 40)).map { _ in
                        IncomingEvent(random.event(random.number(below: 400)))
                    }
                    // Some one by one, as agents send them.
                    for event in events.prefix(15) {
                        try await #expect(storage.record([event]) == reference.record([event]))
                    }
                    let rest = Array(events.dropFirst(15))
                    try await #expect(storage.record(rest) == reference.record(rest))
                    if random.number(below: 2) == 0 { try await storage.merge() }
                    if round % 5 == 4 {
                        let cutoff = Timestamp.sample(random.number(below: 12))
                        for each in [storage, reference] as [any EventStorage] {
                            _ = try await each.deleteEvents(
                                before: cutoff, of: .only("type-1"), batchSize: 1000)
                        }
                    }
                    if round % 3 == 2 { try await random.compare(storage, with: reference) }
                }
            }
        }
    }

    @Test(
        "makes one list a day of a rare key, one a minute of a frequent one, and of what comes late"
    )
    func lists() async throws {
        try await withTemporaryDatabase { database in
            try await database.withStore(Self.options) { storage in
                try await storage.record(oneByOne: Self.events(0..<300))
                try await storage.merge()
                // 300 events in five minutes: what all have is short enough for a list of the day.
                try await #expect(database.count("posting") == 0)
                // Their type, shape and project; ten values of a trait.
                try await #expect(database.count("posting_day") == 13)
                try await #expect(database.count("posting_backlog") == 0)
                try await storage.record(oneByOne: Self.events(300..<320))
                try await storage.merge()
                try await #expect(database.count("posting") == 0)
                try await #expect(database.count("posting_day") == 13)
                try await Self.expectAll(320, in: storage)
            }
        }
    }

    @Test("loses nothing while several instances merge, write and read at once")
    func severalAtOnce() async throws {
        try await withTemporaryDatabase { database in
            try await database.withStore(Self.options) { storage in
                try await storage.record(oneByOne: Self.events(0..<200))
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<3 {
                        group.addTask {
                            try await database.withStore(Self.options) { other in
                                for _ in 0..<5 { try await other.merge() }
                            }
                        }
                    }
                    group.addTask { try await storage.record(oneByOne: Self.events(200..<300)) }
                    group.addTask {
                        // What was there before is there in every answer.
                        for _ in 0..<60 { try await Self.expectAtLeast(200, in: storage) }
                    }
                    try await group.waitForAll()
                }
                try await Self.expectAll(300, in: storage)
                // No day is quiet while it is written to: lists may have come behind a merge.
                try await storage.record(oneByOne: Self.events(300..<320))
                try await storage.merge()
                try await Self.expectAll(320, in: storage)
                try await #expect(database.count("posting") == 0)
            }
        }
    }

    @Test("that is killed leaves every event to be found, and another instance goes on")
    func killed() async throws {
        try await withTemporaryDatabase { database in
            try await database.withStore(Self.options) { storage in
                try await storage.record(oneByOne: Self.events(0..<400))
            }
            for _ in 0..<8 {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        try await database.withStore(Self.options) { storage in
                            // It may also have ended before.
                            try? await storage.merge()
                        }
                    }
                    group.addTask {
                        for _ in 0..<3 { try await database.killConnections() }
                    }
                    try await group.waitForAll()
                }
                try await database.withStore(Self.options) { storage in
                    try await Self.expectAll(400, in: storage)
                }
                // As if minutes had passed.
                try await database.run(script: "UPDATE posting_backlog SET claimed = 0")
            }
            try await database.withStore(Self.options) { storage in
                try await storage.merge()
                try await Self.expectAll(400, in: storage)
            }
            try await #expect(database.count("posting_backlog") == 0)
            try await #expect(database.count("posting") == 0)
        }
    }

    @Test("ends where another instance has taken over")
    func takenOver() async throws {
        try await withTemporaryDatabase { database in
            try await database.withStore(Self.options) { storage in
                try await storage.record(oneByOne: Self.events(0..<10))
            }
            let connection = try await MySQLConnection.open(database.options)
            let first = try #require(try await MergeClaim(quiet: .zero, on: connection))
            try await first.renew(doneTo: .min)
            #expect(try await MergeClaim(quiet: .zero, on: connection) == nil)
            try await database.run(script: "UPDATE posting_backlog SET claimed = 0")
            let second = try #require(try await MergeClaim(quiet: .zero, on: connection))
            #expect(second.days == first.days)
            let error = await #expect(throws: SQLError.self) {
                try await first.renew(doneTo: .max)
            }
            #expect(error?.kind == .interrupted)
            try await second.renew(doneTo: 7)
            try await second.release()
            let third = try #require(try await MergeClaim(quiet: .zero, on: connection))
            #expect(third.firstKey == 7)
            await connection.close()
        }
    }

    @Test("leaves a day alone that is being written to")
    func notQuiet() async throws {
        try await withTemporaryDatabase { database in
            let options = ServerStoreOptions(mergeAfter: .seconds(3600))
            try await database.withStore(options) { storage in
                try await storage.record(oneByOne: Self.events(0..<10))
                try await storage.merge()
                try await #expect(database.count("posting_day") == 0)
                try await #expect(database.count("posting_backlog") == 1)
                try await Self.expectAll(10, in: storage)
            }
        }
    }

    @Test("leaves nothing behind once all events are deleted")
    func deleted() async throws {
        try await withTemporaryDatabase { database in
            try await database.withStore(Self.options) { storage in
                try await storage.record(oneByOne: Self.events(0..<120))
                try await storage.merge()
                for second in [50, 200] {
                    while try await storage.deleteEvents(
                        before: .sample(second), batchSize: 30) == 30
                    {}
                }
                for table in ["event", "event_id", "posting", "posting_day"] {
                    try await #expect(database.count(table) == 0, "\(table)")
                }
            }
        }
    }

    // MARK: - Events

    /// One a second, of one type and project, with one of ten values.
    private static func events(_ numbers: Range<Int>) -> [IncomingEvent] {
        numbers.map { number in
            IncomingEvent(
                .sample(
                    "id-\(number)", second: number, project: "p",
                    traits: [Trait("k", .text("v\(number % 10)"))]))
        }
    }

    private static func expectAll(_ count: Int, in storage: any EventStorage) async throws {
        for order in [EventOrder.oldestFirst, .newestFirst] {
            let all = try await storage.ids(
                EventQuery(order: order, limit: 1000, visibility: .projectAndUnowned("p")))
            let wanted = (0..<count).map { "id-\($0)" }
            #expect(all == (order == .oldestFirst ? wanted : wanted.reversed()))
            let some = try await storage.ids(
                EventQuery(
                    traits: [TraitFilter("k", .equal, .text("v3"))], order: order,
                    limit: 1000, visibility: .projectAndUnowned("p")))
            #expect(some == all.filter { $0.hasSuffix("3") })
        }
    }

    private static func expectAtLeast(_ count: Int, in storage: any EventStorage) async throws {
        let found = try await storage.ids(
            EventQuery(limit: 1000, visibility: .projectAndUnowned("p")))
        #expect(found.prefix(count).elementsEqual((0..<count).map { "id-\($0)" }))
        let some = try await storage.ids(
            EventQuery(traits: [TraitFilter("k", .equal, .text("v3"))]))
        #expect(some.count >= count / 10)
    }
}

extension EventStorage {
    fileprivate func record(oneByOne events: [IncomingEvent]) async throws {
        for event in events { _ = try await record([event]) }
    }

    fileprivate func merge() async throws {
        _ = try await maintain(at: .sample(0), droppingBefore: nil)
    }
}
