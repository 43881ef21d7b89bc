import EventStore
import MemoryStorage
import OpenSSL
import StorageConformance
import Synchronization
import Values

extension MemoryEventStorage {
    /// Records events up to the `count`-th of an endless row: every third at the time of the one
    /// before it, with traits of every type.
    ///
    /// - Returns: all of them, in order of time.
    func fill(_ count: Int) async throws -> [Event] {
        let start: Int64 = 1_577_836_800_000_000
        let events = (0..<count).map { number in
            let second = Int64(number - (number % 3 == 2 ? 1 : 0))
            return Event(
                messageID: "event \(1_000_000 + number)", eventType: "type \(number % 5)",
                generated: Timestamp(microseconds: start + second * 1_000_000) ?? .latest,
                traits: [
                    Trait("i", .integer(Int64(number))), Trait("f", .float(Double(number) / 3)),
                    Trait("n", .null(.datetime)), Trait("t", .text("text \(number)")),
                ],
                raw: JSONText(canonical: "{\"number\":\(number)}"))
        }
        _ = try await record(events.map { IncomingEvent($0, digest: SHA256.digest) })
        return events
    }

    func everything() async throws -> [Event] {
        try await events(matching: EventQuery(order: .oldestFirst, limit: .max))
    }
}

/// Refuses to record a few times, then passes everything on; remembers what it made room for.
final class BusyStorage: StandInStorage {
    let storage: MemoryEventStorage
    private let refusals: Mutex<Int>
    /// The times that room was made for.
    let prepared = Mutex<[Timestamp]>([])

    init(_ storage: MemoryEventStorage, refusals: Int) {
        self.storage = storage
        self.refusals = Mutex(refusals)
    }

    func record(_ events: [IncomingEvent]) async throws(StorageError) -> [RecordOutcome] {
        let isBusy = refusals.withLock { left in
            left -= 1
            return left >= 0
        }
        if isBusy { throw .busy(detail: "test") }
        return try await storage.record(events)
    }

    func maintain(
        at now: Timestamp, droppingBefore cutoff: Timestamp?
    ) async throws(StorageError) -> Int {
        prepared.withLock { $0.append(now) }
        return 0
    }
}
