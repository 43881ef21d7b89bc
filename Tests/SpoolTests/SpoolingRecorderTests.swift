import EventStore
import StorageConformance
import Synchronization
import TestSupport
import Testing
import Values

@testable import Spool

@Suite("Recording with a spool")
struct SpoolingRecorderTests {
    private let place: Place

    init() throws {
        place = try Place()
    }

    private func recorder(_ storage: FickleStorage, _ spool: EventSpool) -> SpoolingRecorder {
        SpoolingRecorder(
            GroupCommit(storage: storage), spool: spool, patience: .seconds(3))
    }

    private func incoming(_ ids: String...) -> [IncomingEvent] {
        ids.map { IncomingEvent(.sample($0)) }
    }

    @Test("goes directly to the store while it takes events")
    func direct() async throws {
        let spool = try place.open()
        let recorder = recorder(FickleStorage(), spool)
        #expect(try await recorder.take(incoming("a", "b")) == .stored([.accepted, .accepted]))
        #expect(try await recorder.take([]) == .stored([]))
        #expect(try place.files == [])
    }

    @Test(
        "spools what the store does not take, whatever the reason",
        arguments: [
            StorageError.unavailable(detail: ""), .busy(detail: ""), .full(detail: ""),
            .timedOut(detail: ""), .failed(detail: ""),
        ])
    func away(failure: StorageError) async throws {
        let spool = try place.open()
        let recorder = recorder(FickleStorage(failures: [failure]), spool)
        #expect(try await recorder.take(incoming("a")) == .spooled)
        #expect(try await spool.nextIDs() == ["a"])
    }

    @Test("a caller that has gone leaves nothing behind")
    func cancelled() async throws {
        let spool = try place.open()
        let recorder = recorder(FickleStorage(failures: [.cancelled]), spool)
        await #expect(throws: StorageError.cancelled) { try await recorder.take(incoming("a")) }
        #expect(spool.isEmpty)
    }

    @Test("what comes while something waits goes behind it")
    func order() async throws {
        let spool = try place.open()
        let storage = FickleStorage(failures: [.unavailable(detail: "")])
        let recorder = recorder(storage, spool)
        for id in ["a", "b", "c"] { #expect(try await recorder.take(incoming(id)) == .spooled) }
        #expect(await spool.drain(into: storage).drain())
        #expect(try await recorder.take(incoming("d")) == .stored([.accepted]))
        #expect(storage.arrivals == ["a", "b", "c", "d"])
    }

    @Test("a full spool says so, and takes more when the store has made room")
    func full() async throws {
        let spool = try place.open(bytes: 10_000)
        let away = Array(repeating: StorageError.unavailable(detail: "away"), count: 100)
        let storage = FickleStorage(failures: away)
        let recorder = recorder(storage, spool)
        var refusal: StorageError?
        var kept: [String] = []
        for number in 0..<100 where refusal == nil {
            do throws(StorageError) {
                #expect(try await recorder.take(incoming("e\(number)")) == .spooled)
                kept.append("e\(number)")
            } catch {
                refusal = error
            }
        }
        #expect(kept.count > 3)
        guard case .unavailable(let detail) = refusal else {
            Issue.record("\(String(describing: refusal))")
            return
        }
        #expect(detail.contains("away") && detail.contains("ingest.spool.maximum_bytes"))
        #expect(spool.status.usedBytes <= 10_000)
        storage.heal()
        #expect(await spool.drain(into: storage).drain())
        #expect(storage.arrivals == kept)
        #expect(try await recorder.take(incoming("later")) == .stored([.accepted]))
    }

    @Test("a batch that fits into what is left is taken although a larger one is not")
    func partlyFull() async throws {
        let spool = try place.open(bytes: 10_000)
        let large = Event.sample(
            "large", traits: [Trait("t", .text(.init(repeating: "x", count: 9000)))])
        async let small: Void = spool.keep(.sample("small"))
        async let refused = Self.error { try await spool.keep(large) }
        try await small
        #expect(await refused == "full")
        #expect(try await spool.nextIDs() == ["small"])
    }

    @Test("waits for its turn and for the store within one patience, which began when it came")
    func onePatience() async throws {
        let spool = try place.open()
        try await spool.keep(.sample("before"))
        await spool.catchUp.drained(0)
        let store = RememberingRecorder()
        let recorder = SpoolingRecorder(store, spool: spool, patience: .seconds(3600))
        let arrived = ContinuousClock.now - .seconds(2)
        let answer = Task { try await recorder.take(incoming("a"), arrived: arrived) }
        while await spool.catchUp.waiting == 0 { await Task.yield() }
        #expect(await spool.drain(into: FickleStorage()).drain())
        #expect(try await answer.value == .stored([.accepted]))
        #expect(store.arrivals == [arrived])
    }

    @Test("does not wait for its turn where its patience is over, nor anew for the last chance")
    func noPatience() async throws {
        let spool = try place.open(bytes: 5000)
        try await spool.keep(.sample("before"))
        await spool.catchUp.drained(0)
        let store = RememberingRecorder()
        let recorder = SpoolingRecorder(store, spool: spool, patience: .seconds(3600))
        let arrived = ContinuousClock.now - .seconds(3600)
        let large = Event.sample(
            "large", traits: [Trait("t", .text(.init(repeating: "x", count: 5000)))])
        #expect(
            try await recorder.take([IncomingEvent(large)], arrived: arrived)
                == .stored([.accepted]))
        #expect(store.arrivals == [arrived])
    }

    @Test("many at once share one sync, and all of them are there")
    func parallel() async throws {
        let spool = try place.open()
        try await withThrowingTaskGroup { group in
            for number in 0..<200 {
                group.addTask { try await spool.keep(.sample("e\(number)")) }
            }
            try await group.waitForAll()
        }
        #expect(spool.status.events == 200)
        #expect(try await Set(spool.nextIDs()).count == 200)
    }

    /// Stores everything, and remembers since when each batch had waited.
    private final class RememberingRecorder: EventRecorder {
        private let times = Mutex<[ContinuousClock.Instant]>([])
        var arrivals: [ContinuousClock.Instant] { times.withLock { $0 } }

        func take(
            _ events: [IncomingEvent], arrived: ContinuousClock.Instant
        ) async throws(StorageError) -> EventReceipt {
            times.withLock { $0.append(arrived) }
            return .stored(events.map { _ in .accepted })
        }
    }

    private static func error(_ work: () async throws -> Void) async -> String? {
        do {
            try await work()
            return nil
        } catch {
            return (error as? SpoolError)?.label
        }
    }
}
