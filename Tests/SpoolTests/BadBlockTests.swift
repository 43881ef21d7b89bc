import EventStore
import OpenSSL
import SQL
import StorageConformance
import TestSupport
import Testing

@testable import Spool

@Suite("A spool on a disk with a bad block")
struct BadBlockTests {
    private let place: Place
    private let name = SegmentFormat.name(1)
    private static let ids = (0..<100).map { "e\($0)" }

    init() throws {
        place = try Place()
    }

    /// A hundred events in more than three blocks behind the header.
    private func segment() async throws -> [UInt8] {
        let spool = try place.open()
        for id in Self.ids { try await spool.keep(.sample(id)) }
        await spool.close()
        let bytes = try place.contents(name)
        try #require(bytes.count > 4 * 4096)
        return bytes
    }

    private static func disk(bad block: Int) -> DiskRead {
        let bad = block * 4096..<(block + 1) * 4096
        return { file, count, offset throws(SpoolError) in
            if bad.overlaps(offset..<offset + count) {
                throw .disk(path: file.path, reason: "Input/output error")
            }
            return try file.read(count, at: offset)
        }
    }

    private func log(bad block: Int) throws -> SegmentLog {
        try SegmentLog(
            place.path, SpoolLimits(bytes: 1 << 30), executor: BlockingExecutor(label: "test"),
            digest: { SHA256.digest(of: $0) }, read: Self.disk(bad: block))
    }

    /// The ids of the events that do not touch the block.
    private func spared(_ bytes: [UInt8], bad block: Int) -> [String] {
        var offset = SegmentFormat.headerSize
        return Self.ids.filter { _ in
            let size = RecordHead(bytes, at: offset)?.size ?? 0
            defer { offset += size }
            return !(offset..<offset + size).overlaps(block * 4096..<(block + 1) * 4096)
        }
    }

    private static func id(_ record: SpooledRecord) -> String {
        Event(canonicalBytes: record.payload)?.messageID ?? "none"
    }

    @Test("starts, gives every event beside it, and keeps the file", arguments: [0, 1, 2, 3])
    func draining(block: Int) async throws {
        let bytes = try await segment()
        let log = try log(bad: block)
        var (ids, damages, failures): ([String], Int, Int) = ([], 0, 0)
        while true {
            do {
                guard let group = try await log.next(events: 9, bytes: 1 << 20) else { break }
                ids += group.records.map(Self.id)
                damages += group.damages.count
                await log.advance(to: group.end, past: group.records.last?.number)
            } catch {
                failures += 1
            }
        }
        #expect(ids == spared(bytes, bad: block))
        #expect(damages == (block == 0 ? 0 : 1))
        #expect(failures == (block == 0 ? 0 : 20))
        let kept = block == 0 ? [] : [name + "-unreadable"]
        #expect(try place.files == kept)
        for name in kept { #expect(try place.contents(name)[4096...] == bytes[4096...]) }
    }

    @Test("cuts nothing off: what cannot be read today may be there tomorrow")
    func noTruncation() async throws {
        let bytes = try await segment()
        for block in 1..<(bytes.count + 4095) / 4096 {
            let log = try log(bad: block)
            await log.close()
            #expect(try place.contents(name) == bytes, "block \(block)")
        }
        #expect(try await place.open().nextIDs() == Self.ids)
    }

    @Test("does not take zeros for the end of the segment, where a record begins with the block")
    func noTornEnd() async throws {
        let filling = { (count: Int) -> Event in
            .sample("a", traits: [Trait("t", .text(.init(repeating: "x", count: count)))])
        }
        let rest = filling(0).canonicalBytes().count + SegmentFormat.headSize
        let spool = try place.open()
        try await spool.keep(filling(4096 - rest), .sample("b"))
        await spool.close()
        let bytes = try place.contents(name)
        try #require(RecordHead(bytes, at: SegmentFormat.headerSize)?.size == 4096)
        let log = try log(bad: 2)
        await log.close()
        #expect(try place.contents(name) == bytes)
        #expect(try await place.open().nextIDs() == ["a", "b"])
    }

    @Test("takes new events, which come behind the old ones")
    func appending() async throws {
        let bytes = try await segment()
        let last = (bytes.count - 1) / 4096
        let log = try log(bad: last)
        try await log.append([Event.sample("later").canonicalBytes()], at: 0)
        await log.close()
        let storage = FickleStorage()
        let spool = try place.open()
        #expect(await spool.drain(into: storage).drain())
        #expect(storage.arrivals == Self.ids + ["later"])
    }

    @Test("is exported around it, too", arguments: [1, 3])
    func export(block: Int) async throws {
        let bytes = try await segment()
        let reading = try SpoolReading(
            place.path, digest: { SHA256.digest(of: $0) }, read: Self.disk(bad: block))
        var ids: [String] = []
        #expect(try reading.forEach { ids.append($0.messageID) } == 1)
        #expect(ids == spared(bytes, bad: block))
    }
}
