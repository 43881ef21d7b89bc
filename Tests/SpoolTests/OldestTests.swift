import StorageConformance
import Synchronization
import Testing
import Values

@testable import Spool

@Suite("The oldest event of the spool")
struct OldestTests {
    private let place: Place

    init() throws {
        place = try Place()
    }

    /// Three events, a second after each other, and where the second one begins.
    private func threeEvents() async throws -> (EventSpool, second: Int) {
        let second = Mutex(0)
        let spool = try place.open {
            second.withLock { $0 += 1 }
            return .sample(second.withLock { $0 })
        }
        for id in ["e1", "e2", "e3"] { try await spool.keep(.sample(id)) }
        let bytes = try place.contents(SegmentFormat.name(1))
        let first = try #require(RecordHead(bytes, at: SegmentFormat.headerSize))
        return (spool, SegmentFormat.headerSize + first.size)
    }

    private func damage(_ offset: Int) throws {
        var bytes = try place.contents(SegmentFormat.name(1))
        bytes[offset] ^= 1
        try place.replace(SegmentFormat.name(1), by: bytes)
    }

    private func drainOne(_ spool: EventSpool) async throws {
        let group = try #require(try await spool.log.next(events: 1, bytes: 1 << 20))
        await spool.log.advance(to: group.end, past: group.records.last?.number)
    }

    @Test("is the next one that is whole behind a damaged one")
    func damagedHead() async throws {
        let (spool, second) = try await threeEvents()
        try damage(second)
        try await drainOne(spool)
        #expect(spool.status.oldest == Timestamp.sample(3).microseconds)
        await spool.close()
        #expect(try place.open().status.oldest == Timestamp.sample(3).microseconds)
    }

    @Test("has a time that was not damaged")
    func damagedTime() async throws {
        let (spool, second) = try await threeEvents()
        try damage(second + 27)
        try await drainOne(spool)
        #expect(spool.status.oldest == Timestamp.sample(3).microseconds)
        await spool.close()
        #expect(try place.open().status.oldest == Timestamp.sample(3).microseconds)
    }

    @Test("is the last one known where nothing whole is near")
    func nothingWhole() async throws {
        let (spool, second) = try await threeEvents()
        let bytes = try place.contents(SegmentFormat.name(1))
        try place.replace(
            SegmentFormat.name(1), by: bytes[..<second] + bytes[second...].map { ~$0 })
        try await drainOne(spool)
        #expect(spool.status.oldest == Timestamp.sample(1).microseconds)
        await spool.close()
        let reopened = try place.open { .sample(9) }
        #expect(reopened.status.oldest == Timestamp.sample(9).microseconds)
        #expect(await reopened.drain(into: FickleStorage()).drain())
        #expect(reopened.status.oldest == nil)
    }
}
