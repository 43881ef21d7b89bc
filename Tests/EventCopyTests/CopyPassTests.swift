import EventCopy
import EventStore
import MemoryStorage
import OpenSSL
import Synchronization
import Testing
import Values

@Suite("Copying")
struct CopyPassTests {
    private let source = MemoryEventStorage()
    private let target = MemoryEventStorage()
    private static let now = Timestamp("2026-01-01") ?? .latest

    private func pass(pageSize: Int = 7, patience: Patience = Patience(pauses: [])) -> CopyPass {
        CopyPass(
            from: StoreSource(source, pageSize: pageSize), to: target, digest: SHA256.digest,
            now: Self.now, patience: patience)
    }

    @Test("brings every event over as it is", arguments: [1, 7, 50, 51])
    func everything(pageSize: Int) async throws {
        let events = try await source.fill(50)
        var state = CopyState()
        let isWhole = try await pass(pageSize: pageSize).run(&state) { _ in true }
        #expect(isWhole)
        #expect(try await target.everything() == events)
        #expect(state.copied.accepted == 50)
        #expect(state.copied.events == 50)
    }

    @Test("of nothing is done at once")
    func nothing() async throws {
        var state = CopyState()
        #expect(try await pass().run(&state) { _ in true })
        #expect(state == CopyState())
    }

    @Test("goes on where it was stopped, and then takes what is new")
    func resumed() async throws {
        let events = try await source.fill(50)
        var state = CopyState()
        #expect(try await !pass().run(&state) { $0.copied.events < 20 })
        #expect(state.copied.events == 21)
        #expect(try await target.everything() == Array(events.prefix(21)))
        #expect(try await pass().run(&state) { _ in true })
        #expect(state.copied.accepted == 50)
        let more = try await source.fill(60)
        #expect(try await pass().run(&state) { _ in true })
        #expect(state.copied.accepted == 60)
        #expect(state.copied.duplicates == 0)
        #expect(try await target.everything() == more)
    }

    @Test("a second time finds everything there already")
    func again() async throws {
        _ = try await source.fill(30)
        for outcome in [\CopyTally.accepted, \.duplicates] {
            var state = CopyState()
            #expect(try await pass().run(&state) { _ in true })
            #expect(state.copied[keyPath: outcome] == 30)
        }
    }

    @Test("an event that the target has with other content stays, and is named")
    func conflict() async throws {
        let events = try await source.fill(10)
        let other = Event(
            messageID: events[3].messageID, eventType: "other", generated: events[3].generated,
            traits: [])
        _ = try await target.record([IncomingEvent(other, digest: SHA256.digest)])
        var state = CopyState()
        #expect(try await pass().run(&state) { _ in true })
        #expect(state.copied.conflicts == 1)
        #expect(state.copied.conflictIDs == [events[3].messageID])
        #expect(try await target.event(other.messageID, visibleTo: .everything) == other)
    }

    @Test("waits for a busy target, and gives up when that lasts")
    func patience() async throws {
        _ = try await source.fill(10)
        let busy = BusyStorage(target, refusals: 3)
        let waits = Mutex<[Duration]>([])
        let patient = Patience(
            pauses: [.seconds(1), .seconds(2)],
            report: { _, pause in waits.withLock { $0.append(pause) } }, wait: { _ in })
        let pass = CopyPass(
            from: StoreSource(source), to: busy, digest: SHA256.digest, now: Self.now,
            patience: patient)
        var state = CopyState()
        await #expect(throws: StorageError.busy(detail: "test")) {
            try await pass.run(&state) { _ in true }
        }
        #expect(state.copied.events == 0)
        #expect(waits.withLock { $0 } == [.seconds(1), .seconds(2)])
        #expect(try await pass.run(&state) { _ in true })
        #expect(state.copied.accepted == 10)
    }

    @Test("asks the target to make room where most events of a page are, once for each time")
    func room() async throws {
        _ = try await source.fill(50)
        let odd = Event(messageID: "odd", eventType: "t", generated: .earliest, traits: [])
        _ = try await source.record([IncomingEvent(odd, digest: SHA256.digest)])
        let far = Event(messageID: "far", eventType: "t", generated: .latest, traits: [])
        _ = try await source.record([IncomingEvent(far, digest: SHA256.digest)])
        let storage = BusyStorage(target, refusals: 0)
        let pass = CopyPass(
            from: StoreSource(source, pageSize: 17), to: storage, digest: SHA256.digest,
            now: Self.now)
        var state = CopyState()
        #expect(try await pass.run(&state) { _ in true })
        let prepared = storage.prepared.withLock { $0 }
        // Not for the odd ones, and none for the last page, whose time has not come.
        #expect(prepared.map(\.date) == [CivilDate(year: 2020, month: 1, day: 1)])
        #expect(state.copied.accepted == 52)
    }

    @Test("a position of another kind of source is refused")
    func foreignPosition() async throws {
        _ = try await source.fill(1)
        for text in ["row 12", "", "x y", "99999999999999999999 a"] {
            var state = CopyState()
            state.position = SourcePosition(text)
            await #expect(throws: StorageError.self) { try await pass().run(&state) { _ in true } }
        }
    }
}
