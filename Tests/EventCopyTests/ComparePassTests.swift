import EventCopy
import EventStore
import MemoryStorage
import OpenSSL
import Testing
import Values

@Suite("Comparing")
struct ComparePassTests {
    private let source = MemoryEventStorage()
    private let target = MemoryEventStorage()

    private func compare(pageSize: Int = 7) async throws -> ComparisonTally {
        var state = CopyState()
        let pass = ComparePass(
            StoreSource(source, pageSize: pageSize), with: target, digest: SHA256.digest,
            patience: Patience(pauses: []))
        #expect(try await pass.run(&state) { _ in true })
        #expect(state.isCompared)
        return state.compared
    }

    private func record(_ events: [Event], in storage: MemoryEventStorage) async throws {
        _ = try await storage.record(events.map { IncomingEvent($0, digest: SHA256.digest) })
    }

    @Test("two copies agree, whatever the size of the pages", arguments: [1, 7, 600, 601])
    func agree(pageSize: Int) async throws {
        try await record(source.fill(600), in: target)
        let tally = try await compare(pageSize: pageSize)
        #expect(tally.agrees)
        #expect(tally.events == 600)
        #expect(tally.found == 600)
        #expect(tally.sourceSum.text != ContentSum().text)
    }

    @Test("what only the target has does not matter, however much lies between")
    func more() async throws {
        let events = try await source.fill(20)
        try await record(events, in: target)
        for number in 0..<2000 {
            let event = Event(
                messageID: "other-\(number)", eventType: "other", generated: events[3].generated,
                traits: [])
            try await record([event], in: target)
        }
        #expect(try await compare().agrees)
    }

    @Test("an event that is missing is named, and count and digest differ")
    func missing() async throws {
        let events = try await source.fill(30)
        try await record(events.filter { $0 != events[11] }, in: target)
        let tally = try await compare()
        #expect(!tally.agrees)
        #expect(tally.missing == 1)
        #expect(tally.missingIDs == [events[11].messageID])
        #expect(tally.sourceSum != tally.targetSum)
    }

    @Test("an event with other content is named")
    func different() async throws {
        let events = try await source.fill(30)
        let changed = Event(
            messageID: events[5].messageID, eventType: events[5].eventType,
            generated: events[5].generated, traits: [], raw: .null)
        try await record(events.map { $0 == events[5] ? changed : $0 }, in: target)
        let tally = try await compare()
        #expect(!tally.agrees)
        #expect(tally.missing == 0)
        #expect(tally.different == 1)
        #expect(tally.differentIDs == [events[5].messageID])
        #expect(tally.sourceSum != tally.targetSum)
    }

    @Test("an event whose time differs is found by its id")
    func moved() async throws {
        let events = try await source.fill(30)
        let moved = Event(
            messageID: events[5].messageID, eventType: events[5].eventType, generated: .latest,
            traits: events[5].traits)
        try await record(events.map { $0 == events[5] ? moved : $0 }, in: target)
        let tally = try await compare()
        #expect(tally.differentIDs == [events[5].messageID])
    }

    @Test("a null that was told us as None is the same content, and counted")
    func alike() async throws {
        let time = try #require(Timestamp("2020-01-01"))
        let null = Event(
            messageID: "a", eventType: "t", generated: time, traits: [Trait("n", .null(.integer))])
        let none = Event(
            messageID: "a", eventType: "t", generated: time, traits: [Trait("n", .text("None"))])
        try await record([null], in: source)
        try await record([none], in: target)
        let tally = try await compare()
        #expect(tally.agrees)
        #expect(tally.alike == 1)
    }

    @Test("goes on where it was stopped")
    func resumed() async throws {
        try await record(source.fill(50), in: target)
        var state = CopyState()
        let pass = ComparePass(
            StoreSource(source, pageSize: 7), with: target, digest: SHA256.digest)
        #expect(try await !pass.run(&state) { $0.compared.events < 20 })
        #expect(!state.isCompared)
        #expect(try await pass.run(&state) { _ in true })
        #expect(try await state.compared == compare())
        state.restartComparison()
        #expect(state == CopyState())
    }

    @Test("the digest of many does not depend on their order, and counts each")
    func sums() {
        let digests = (0..<5).map { SHA256.digest(of: [$0]) }
        var forward = ContentSum()
        for digest in digests { forward.add(digest) }
        var backward = ContentSum()
        for digest in digests.reversed() { backward.add(digest) }
        #expect(forward == backward)
        #expect(forward.text.count == 64)
        backward.add(digests[0])
        backward.add(digests[0])
        #expect(forward != backward)
    }
}
