import EventStore
import Logging
import MemoryStorage
import Testing
import Values

@testable import App

@Suite("Retention")
struct RetentionServiceTests {
    private static let day: Int64 = 86_400_000_000

    @Test("deletes what is older than the age, in batches until none is left")
    func sweep() async throws {
        let now = try #require(Timestamp("2026-11-21T00:00:00"))
        let storage = MemoryEventStorage()
        // One event a day for 25 days: the 14 oldest are more than ten days old.
        let events = (0..<25).map { age in
            Self.event("e\(age)", now.advanced(byMicroseconds: -Int64(age) * Self.day))
        }
        _ = try await storage.record(events)
        let service = Self.service(storage, now: now, batchSize: 4)
        #expect(try await service.sweep() == 14)
        let left = try await storage.events(matching: EventQuery(order: .newestFirst))
        #expect(left.map(\.messageID) == (0...10).map { "e\($0)" })
        #expect(try await service.sweep() == 0)
    }

    @Test("an event of exactly the age stays")
    func edge() async throws {
        let now = try #require(Timestamp("2026-11-21T00:00:00"))
        let storage = MemoryEventStorage()
        let edge = now.advanced(byMicroseconds: -10 * Self.day)
        _ = try await storage.record([
            Self.event("stays", edge), Self.event("goes", edge.advanced(byMicroseconds: -1)),
        ])
        #expect(try await Self.service(storage, now: now, batchSize: 100).sweep() == 1)
    }

    @Test("an age beyond the calendar deletes nothing")
    func farAge() async throws {
        let storage = MemoryEventStorage()
        _ = try await storage.record([Self.event("old", .earliest)])
        let service = RetentionService(
            policy: RetentionPolicy(
                maximumAge: .seconds(Int64.max / 4), interval: .seconds(1), batchSize: 1),
            storage: storage, logger: Logger(label: "test"))
        #expect(try await service.sweep() == 0)
    }

    @Test("without an age nothing is deleted")
    func off() async throws {
        let storage = MemoryEventStorage()
        _ = try await storage.record([Self.event("old", .earliest)])
        let policy = RetentionPolicy(maximumAge: nil, interval: .seconds(1), batchSize: 1)
        let service = RetentionService(
            policy: policy, storage: storage, logger: Logger(label: "test"))
        #expect(try await service.sweep() == 0)
    }

    @Test(
        "a type with a rule of its own goes earlier, later or never",
        arguments: [
            ("10d", "a=2d", ["b9", "c9", "a1", "b1", "c1"]),
            ("5d", "a=30d, b=off", ["a9", "b9", "b40", "a1", "b1", "c1"]),
            ("off", "a=5d", ["b9", "c9", "b40", "c40", "a1", "b1", "c1"]),
            ("5d", "", ["a1", "b1", "c1"]),
        ])
    func byType(age: String, rules: String, left: [String]) async throws {
        let now = try #require(Timestamp("2026-11-21T00:00:00"))
        let storage = MemoryEventStorage()
        for days in [40, 9, 1] {
            _ = try await storage.record(
                ["a", "b", "c"].map { type in
                    let generated = now.advanced(byMicroseconds: -Int64(days) * Self.day)
                    return Self.event("\(type)\(days)", generated, type: type)
                })
        }
        let settings = try Settings(
            from: SettingsSources(arguments: [
                "--events.time_to_live", age, "--events.time_to_live_by_type", rules,
                "--events.expire_batch", "2",
            ]))
        let service = RetentionService(
            policy: settings.retention, storage: storage, now: { now },
            logger: Logger(label: "test"))
        _ = try await service.sweep()
        let found = try await storage.events(matching: EventQuery())
        #expect(Set(found.map(\.messageID)) == Set(left))
    }

    private static func service(
        _ storage: MemoryEventStorage, now: Timestamp, batchSize: Int
    ) -> RetentionService {
        RetentionService(
            policy: RetentionPolicy(
                maximumAge: .seconds(864_000), interval: .seconds(60), batchSize: batchSize),
            storage: storage, now: { now }, logger: Logger(label: "test"))
    }

    private static func event(
        _ id: String, _ generated: Timestamp, type: String = "test"
    ) -> IncomingEvent {
        IncomingEvent(
            event: Event(
                messageID: id, eventType: type, generated: generated, traits: [],
                raw: .emptyObject),
            digest: Array(repeating: 0, count: 32))
    }
}
