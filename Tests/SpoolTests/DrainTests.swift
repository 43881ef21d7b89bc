import EventStore
import OpenSSL
import StorageConformance
import TestSupport
import Testing
import Values

@testable import Spool

@Suite("Draining the spool")
struct DrainTests {
    private let place: Place

    init() throws {
        place = try Place()
    }

    @Test(
        "waits for a store that is away, and then stores everything once, in order",
        arguments: [
            StorageError.unavailable(detail: "away"), .busy(detail: "busy"),
            .full(detail: "full"), .timedOut(detail: "slow"), .failed(detail: "broken"),
        ])
    func patience(failure: StorageError) async throws {
        let spool = try place.open()
        let ids = (0..<50).map { "e\($0)" }
        for id in ids { try await spool.keep(.sample(id)) }
        let storage = FickleStorage(failures: Array(repeating: failure, count: 3))
        #expect(await spool.drain(into: storage).drain())
        #expect(storage.arrivals == ids)
        #expect(spool.isEmpty && spool.status.events == 0 && spool.status.oldest == nil)
        #expect(spool.status.obstacle == nil)
    }

    @Test("sets aside what the store refuses, and nothing else", arguments: [1, 7, 40])
    func poison(count: Int) async throws {
        let spool = try place.open()
        let ids = (0..<100).map { "e\($0)" }
        let poison = Set((0..<count).map { "e\(($0 * 37) % 100)" })
        for id in ids { try await spool.keep(.sample(id)) }
        let storage = FickleStorage(poison: poison)
        #expect(await spool.drain(into: storage).drain())
        #expect(storage.arrivals == ids.filter { !poison.contains($0) })
        #expect(try place.files == ["refused.ndjson"])
        let lines = String(decoding: try place.contents("refused.ndjson"), as: UTF8.self)
        #expect(lines.split(separator: "\n").map(String.init) == ids.filter(poison.contains))
        #expect(spool.status.setAsideBytes == lines.utf8.count)
    }

    @Test("blames no event while the store takes none at all")
    func broken() async throws {
        let spool = try place.open()
        try await spool.keep(.sample("poison"))
        let storage = FickleStorage(poison: ["poison"])
        let drain = Task { await spool.drain(into: storage).run() }
        while storage.calls < 3 { await Task.yield() }
        #expect(try place.files == place.segments)
        #expect(spool.status.obstacle == "poison")
        // Another event goes in: the store works, so it is the first one's fault.
        try await spool.keep(.sample("good"))
        while !spool.isEmpty { await Task.yield() }
        #expect(storage.arrivals == ["good"])
        #expect(try place.files == ["refused.ndjson"])
        drain.cancel()
        await drain.value
    }

    @Test("a whole spool that the store refuses for a while is not set aside")
    func brokenForAWhile() async throws {
        let spool = try place.open()
        let ids = (0..<300).map { "e\($0)" }
        for id in ids { try await spool.keep(.sample(id)) }
        let storage = FickleStorage(
            failures: Array(repeating: .failed(detail: "broken"), count: 100))
        #expect(await spool.drain(into: storage).drain())
        #expect(storage.arrivals.sorted() == ids.sorted())
        #expect(try place.files == [])
    }

    @Test("blames no event of a store that breaks after it has taken others")
    func breaking() async throws {
        let spool = try place.open()
        let ids = (0..<4).map { "e\($0)" }
        for id in ids { try await spool.keep(.sample(id)) }
        // All fail, the first half goes in, and then nothing for a while.
        let failure = StorageError.failed(detail: "broken")
        let storage = FickleStorage(
            failures: [failure, nil] + Array(repeating: failure, count: 20))
        #expect(await spool.drain(into: storage).drain())
        #expect(storage.arrivals == ids)
        #expect(try place.files == [])
    }

    @Test(
        "an event that another instance has stored is a duplicate, one with other content is kept")
    func overlap() async throws {
        let spool = try place.open()
        let storage = FickleStorage()
        try await spool.keep(
            .sample("same"), .sample("other", type: "mine"), .sample("new"))
        let theirs = [Event.sample("same"), .sample("other", type: "theirs")]
        _ = try await storage.record(theirs.map { IncomingEvent($0, digest: Self.sha) })
        #expect(await spool.drain(into: storage).drain())
        #expect(storage.arrivals == ["same", "other", "new"])
        #expect(try await storage.event("other", visibleTo: .everything)?.eventType == "theirs")
        #expect(String(decoding: try place.contents("conflict.ndjson"), as: UTF8.self) == "other\n")
    }

    @Test("stops when it is cancelled, and leaves what is left for the next process")
    func cancellation() async throws {
        let spool = try place.open()
        try await spool.keep(.sample("a"))
        let storage = FickleStorage(
            failures: Array(repeating: .unavailable(detail: "away"), count: 1000))
        let drain = Task { await spool.drain(into: storage).run() }
        while storage.calls < 2 { await Task.yield() }
        drain.cancel()
        await drain.value
        await spool.close()
        #expect(try await place.open().nextIDs() == ["a"])
    }

    @Test("any event comes out of the spool as it went in")
    func roundTrip() async throws {
        var events = RandomEvents(seed: 11)
        let sent = (0..<500).map { events.event($0) }
        let spool = try place.open()
        try await spool.keep(sent.map { IncomingEvent($0, digest: Self.sha) })
        let group = try #require(try await spool.log.next(events: .max, bytes: 1 << 24))
        #expect(group.records.compactMap { Event(canonicalBytes: $0.payload) } == sent)
    }

    private static let sha: ContentDigest = { SHA256.digest(of: $0) }
}
