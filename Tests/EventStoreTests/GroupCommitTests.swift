import EventStore
import MemoryStorage
import StorageConformance
import Synchronization
import Testing
import Values

@Suite("Group commit")
struct GroupCommitTests {
    @Test("answers each batch with its own outcomes")
    func outcomes() async throws {
        let recorder = GroupCommit(storage: MemoryEventStorage())
        let answers = try await withThrowingTaskGroup(of: [RecordOutcome].self) { group in
            for index in 0..<200 {
                group.addTask {
                    try await recorder.record([
                        IncomingEvent(.sample("own-\(index)")), IncomingEvent(.sample("shared")),
                    ])
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.allSatisfy { $0.first == .accepted })
        #expect(answers.count { $0.last == .accepted } == 1)
        #expect(answers.count { $0.last == .duplicate } == 199)
    }

    @Test("writes what arrives meanwhile in one transaction, within its limits")
    func grouping() async throws {
        let storage = GatedStorage()
        let recorder = GroupCommit(
            storage: storage, limits: GroupCommitLimits(eventsPerGroup: 6, queuedEvents: 100))
        let requests = await storage.hold(9, of: recorder)
        while await recorder.queueDepth < 8 { await Task.yield() }
        storage.open()
        for request in requests { _ = try await request.value }
        #expect(storage.groups == [1, 6, 2])
    }

    @Test("writes so many groups side by side as it may")
    func parallelGroups() async throws {
        let storage = GatedStorage()
        let limits = GroupCommitLimits(eventsPerGroup: 100, queuedEvents: 100, parallelGroups: 3)
        let recorder = GroupCommit(storage: storage, limits: limits)
        var requests: [Task<[RecordOutcome], any Error>] = []
        for index in 0..<8 {
            requests.append(
                Task { try await recorder.record([IncomingEvent(.sample("\(index)"))]) })
            // The first three are groups of their own; the gate holds them.
            while storage.waiting + (await recorder.queueDepth) <= index { await Task.yield() }
        }
        #expect(storage.waiting == 3)
        storage.open()
        for request in requests { #expect(try await request.value == [.accepted]) }
        #expect(storage.groups.sorted() == [1, 1, 1, 5])
    }

    @Test("a batch that the engine cannot take does not spoil the others of its group")
    func poison() async throws {
        let storage = GatedStorage(poison: "4")
        let recorder = GroupCommit(storage: storage)
        let requests = await storage.hold(9, of: recorder)
        while await recorder.queueDepth < 8 { await Task.yield() }
        storage.open()
        for (index, request) in requests.enumerated() {
            let result = await request.result
            if index == 4 {
                #expect(throws: StorageError.failed(detail: "poison")) { try result.get() }
            } else {
                #expect(try result.get() == [.accepted])
            }
        }
    }

    @Test("refuses what does not fit in the queue, and takes more when there is room")
    func backpressure() async throws {
        let storage = GatedStorage()
        let recorder = GroupCommit(
            storage: storage, limits: GroupCommitLimits(eventsPerGroup: 2, queuedEvents: 3))
        let requests = await storage.hold(4, of: recorder)
        while await recorder.queueDepth < 3 { await Task.yield() }
        await #expect(throws: StorageError.self) {
            try await recorder.record([IncomingEvent(.sample("too much"))])
        }
        storage.open()
        for request in requests { #expect(try await request.value == [.accepted]) }
        #expect(try await recorder.record([IncomingEvent(.sample("later"))]) == [.accepted])
    }

    @Test("tells every batch of a group that it failed, and goes on with the next")
    func failure() async throws {
        let storage = GatedStorage(failures: 1)
        let recorder = GroupCommit(storage: storage)
        storage.open()
        await #expect(throws: StorageError.full(detail: "no room")) {
            try await recorder.record([IncomingEvent(.sample("a"))])
        }
        #expect(try await recorder.record([IncomingEvent(.sample("a"))]) == [.accepted])
    }

    @Test("a batch whose patience is over is answered, and one that is in time waits on")
    func patience() async throws {
        let storage = GatedStorage()
        let limits = GroupCommitLimits(eventsPerGroup: 1, patience: .seconds(3600))
        let recorder = GroupCommit(storage: storage, limits: limits)
        let requests = await storage.hold(3, of: recorder)
        await recorder.answerOverdue(at: .now + .seconds(3500))
        #expect(await recorder.queueDepth == 2)
        await recorder.answerOverdue(at: .now + .seconds(3600))
        #expect(await recorder.queueDepth == 0)
        for request in requests {
            await #expect {
                try await request.value
            } throws: {
                ($0 as? StorageError)?.label == "busy"
            }
        }
        storage.open()
        // The one that was being written went on; the others never came so far.
        while storage.groups.isEmpty { await Task.yield() }
        #expect(try await recorder.record([IncomingEvent(.sample("later"))]) == [.accepted])
        #expect(storage.groups == [1, 1])
    }

    @Test("a batch that has waited elsewhere has what is left of its patience, whoever came before")
    func patienceElsewhere() async throws {
        let storage = GatedStorage()
        let limits = GroupCommitLimits(eventsPerGroup: 1, patience: .seconds(3600))
        let recorder = GroupCommit(storage: storage, limits: limits)
        let requests = await storage.hold(3, of: recorder)
        let late = Task {
            try await recorder.take(
                [IncomingEvent(.sample("late"))], arrived: .now - .seconds(3600))
        }
        // Noticed by the recorder itself.
        await #expect(throws: StorageError.self) { try await late.value }
        #expect(await recorder.queueDepth == 2)
        storage.open()
        for request in requests { #expect(try await request.value == [.accepted]) }
    }
}

/// Holds every write until it is opened, and remembers how large the groups were.
private final class GatedStorage: StandInStorage {
    let storage = MemoryEventStorage()
    private let state: Mutex<State>

    private struct State {
        var isOpen = false
        var groups: [Int] = []
        var failures: Int
        /// Calls that have come to the gate and not passed it.
        var waiting = 0
    }

    /// - Parameter poison: the id of an event that spoils every transaction it is in.
    init(failures: Int = 0, poison: String? = nil) {
        state = Mutex(State(failures: failures))
        self.poison = poison
    }

    private let poison: String?
    var waiting: Int { state.withLock { $0.waiting } }

    /// Begins requests with one event each: the first is a group that comes to the gate, the others
    /// wait behind it.
    func hold(_ count: Int, of recorder: GroupCommit) async -> [Task<[RecordOutcome], any Error>] {
        var requests: [Task<[RecordOutcome], any Error>] = []
        for index in 0..<count {
            requests.append(
                Task { try await recorder.record([IncomingEvent(.sample("\(index)"))]) })
            while waiting + (await recorder.queueDepth) <= index { await Task.yield() }
            while waiting == 0 { await Task.yield() }
        }
        return requests
    }

    func open() { state.withLock { $0.isOpen = true } }
    var groups: [Int] { state.withLock { $0.groups } }

    func record(_ events: [IncomingEvent]) async throws(StorageError) -> [RecordOutcome] {
        state.withLock { $0.waiting += 1 }
        while !state.withLock({ $0.isOpen }) { await Task.yield() }
        if let poison, events.contains(where: { $0.event.messageID == poison }) {
            throw .failed(detail: "poison")
        }
        let fails = state.withLock { state in
            state.waiting -= 1
            state.groups.append(events.count)
            state.failures -= 1
            return state.failures >= 0
        }
        if fails { throw .full(detail: "no room") }
        return try await storage.record(events)
    }
}
