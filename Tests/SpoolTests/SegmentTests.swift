import EventStore
import Foundation
import SQL
import StorageConformance
import TestSupport
import Testing
import Values

@testable import Spool

@Suite("The spool's files")
struct SegmentTests {
    private let place: Place

    init() throws {
        place = try Place()
    }

    /// Five events, and the bytes of the one segment they are in.
    private func fiveEvents() async throws -> (name: String, bytes: [UInt8]) {
        let spool = try place.open()
        for number in 1...5 {
            try await spool.keep(.sample("e\(number)", traits: [Trait("n", .text("é"))]))
        }
        await spool.close()
        let name = try #require(try place.segments.first)
        return (name, try place.contents(name))
    }

    private static let all = (1...5).map { "e\($0)" }

    @Test("keep their events for the next process, in order")
    func reopening() async throws {
        _ = try await fiveEvents()
        let spool = try place.open()
        #expect(spool.status.events == 5)
        #expect(spool.status.oldest == Timestamp.sample(0).microseconds)
        #expect(try await spool.nextIDs() == Self.all)
    }

    @Test("lose no whole record where they are cut off at any byte, and take more behind it")
    func tornTails() async throws {
        let (name, bytes) = try await fiveEvents()
        let ends = Self.ends(of: bytes)
        #expect(ends.count == 5)
        for length in SegmentFormat.headerSize..<bytes.count {
            try place.replace(name, by: Array(bytes[..<length]))
            let whole = ends.count { $0 <= length }
            let spool = try place.open()
            #expect(spool.status.events == whole, "cut at \(length)")
            try await spool.keep(.sample("later"))
            let storage = FickleStorage()
            #expect(await spool.drain(into: storage).drain())
            #expect(storage.arrivals == Self.all.prefix(whole) + ["later"], "cut at \(length)")
            await spool.close()
            #expect(try place.files == [], "cut at \(length)")
        }
    }

    @Test("a bit that fell over anywhere costs the event it is in and no other, and is told")
    func bitFlips() async throws {
        let (name, bytes) = try await fiveEvents()
        let starts = [SegmentFormat.headerSize] + Self.ends(of: bytes).dropLast()
        var generator = SeededGenerator(seed: 7)
        for offset in SegmentFormat.headerSize..<bytes.count {
            var damaged = bytes
            damaged[offset] ^= 1 << UInt8.random(in: 0...7, using: &generator)
            try place.replace(name, by: damaged)
            let spool = try place.open()
            let storage = FickleStorage()
            #expect(await spool.drain(into: storage).drain())
            await spool.close()
            let struck = try #require(starts.lastIndex { $0 <= offset })
            let spared = Self.all.enumerated().filter { $0.offset != struck }.map(\.element)
            #expect(storage.arrivals == spared, "bit at \(offset)")
            let kept = try place.files
            #expect(kept.count == 1 && kept[0].hasPrefix("damaged-"), "bit at \(offset): \(kept)")
            SpoolDirectory.remove(place.path + "/" + kept[0])
        }
    }

    @Test("a damaged header costs nothing")
    func header() async throws {
        let (name, bytes) = try await fiveEvents()
        for offset in 0..<64 {
            var damaged = bytes
            damaged[offset] ^= 0x10
            try place.replace(name, by: damaged)
            let spool = try place.open()
            #expect(try await spool.nextIDs() == Self.all, "byte \(offset)")
            await spool.close()
        }
    }

    @Test("a record inside an event's text is not taken for one, even after damage before it")
    func embedded() async throws {
        let spool = try place.open()
        var inner: [UInt8] = []
        SegmentFormat.append(
            Event.sample("forged").canonicalBytes(), number: 9, time: 0, segment: 1, offset: 0,
            to: &inner, { $0 })
        let text = String(decoding: inner, as: UTF8.self)
        try await spool.keep(.sample("outer", traits: [Trait("t", .text(text))]), .sample("next"))
        let name = try #require(try place.segments.first)
        var bytes = try place.contents(name)
        bytes[SegmentFormat.headerSize + 1] ^= 1
        try place.replace(name, by: bytes)
        let storage = FickleStorage()
        #expect(await spool.drain(into: storage).drain())
        #expect(storage.arrivals == ["next"])
    }

    @Test("are many where there is much, and each goes when all of it is in the store")
    func rotation() async throws {
        let spool = try place.open(segmentBytes: 8192)
        for number in 0..<100 { try await spool.keep(.sample("e\(number)")) }
        #expect(try place.segments.count > 3)
        await spool.close()
        let reopened = try place.open(segmentBytes: 8192)
        #expect(reopened.status.events == 100)
        let storage = FickleStorage()
        #expect(await reopened.drain(into: storage).drain())
        #expect(storage.arrivals == (0..<100).map { "e\($0)" })
        #expect(try place.files == [])
        #expect(reopened.status.usedBytes == 0)
    }

    @Test("remember what is drained, also when the process ends before the segment does")
    func position() async throws {
        let spool = try place.open()
        for number in 0..<10 { try await spool.keep(.sample("e\(number)")) }
        let group = try #require(try await spool.log.next(events: 4, bytes: 1 << 20))
        await spool.log.advance(to: group.end, past: group.records.last?.number)
        #expect(spool.status.events == 6)
        await spool.close()
        let reopened = try place.open()
        #expect(reopened.status.events == 6)
        #expect(try await reopened.nextIDs() == (4..<10).map { "e\($0)" })
    }

    @Test("a file that has gone is told and does not hold up the others")
    func missingFile() async throws {
        let spool = try place.open(segmentBytes: 8192)
        for number in 0..<150 { try await spool.keep(.sample("e\(number)")) }
        let names = try place.segments
        try #require(names.count > 3)
        let second = try #require(SegmentFormat.number(ofName: names[1]))
        let third = try #require(SegmentFormat.number(ofName: names[2]))
        SpoolDirectory.remove(place.path + "/" + names[1])
        let storage = FickleStorage()
        #expect(await spool.drain(into: storage).drain())
        let lost = Int(second - 1)..<Int(third - 1)
        #expect(storage.arrivals == (0..<150).filter { !lost.contains($0) }.map { "e\($0)" })
    }

    @Test("belong to one process")
    func locking() async throws {
        let first = try place.open()
        #expect {
            _ = try place.open()
        } throws: { error in
            guard case .held = error as? SpoolError else { return false }
            return "\(error)".contains("ingest.spool.path")
        }
        await first.close()
        _ = try place.open()
    }

    @Test("are used although the name of the process cannot be written, as on a full disk")
    func nameless() async throws {
        try SpoolDirectory.make(place.path)
        // A pipe can be locked and not be cut.
        try #require(mkfifo(place.path + "/lock", 0o600) == 0)
        let spool = try place.open()
        try await spool.keep(.sample("a"))
        #expect(try await spool.nextIDs() == ["a"])
        #expect(throws: SpoolError.self) { try place.open() }
    }

    @Test("a directory that cannot be made is named, with the setting")
    func noDirectory() throws {
        #expect {
            _ = try EventSpool(
                place.scratch.path("missing/spool"), limits: SpoolLimits(bytes: 1 << 20),
                executor: BlockingExecutor(label: "test"), digest: { $0 }, now: { .sample(0) })
        } throws: {
            "\($0)".contains("missing/spool") && "\($0)".contains("ingest.spool.path")
        }
    }

    /// Where each record ends, by the lengths in the heads.
    private static func ends(of bytes: [UInt8]) -> [Int] {
        var ends: [Int] = []
        var place = SegmentFormat.headerSize
        while let head = RecordHead(bytes, at: place) {
            place += head.size
            ends.append(place)
        }
        return ends
    }
}
