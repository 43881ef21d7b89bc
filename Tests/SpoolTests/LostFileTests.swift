import Foundation
import StorageConformance
import TestSupport
import Testing

@testable import Spool

/// What others do to the spool's files while it uses them, and disks that do not answer for a while.
@Suite("Files of the spool that are gone")
struct LostFileTests {
    private let place: Place

    init() throws {
        place = try Place()
    }

    private static let all = (1...5).map { "e\($0)" }

    /// Five events of an earlier process, so that no file is open yet.
    private func fiveEvents() async throws -> EventSpool {
        let spool = try place.open()
        for id in Self.all { try await spool.keep(.sample(id)) }
        await spool.close()
        return try place.open()
    }

    private func moveAway() throws {
        try FileManager.default.moveItem(atPath: place.path, toPath: place.path + "-away")
    }

    private func putBack() throws {
        try FileManager.default.removeItem(atPath: place.path)
        try FileManager.default.moveItem(atPath: place.path + "-away", toPath: place.path)
    }

    @Test("are gone only where the disk says so: any other failure leaves everything as it is")
    func notADirectory() async throws {
        let spool = try await fiveEvents()
        try moveAway()
        try Data().write(to: place.scratch.url.appending(path: "spool"))
        let storage = FickleStorage()
        let drain = Task { await spool.drain(into: storage).drain() }
        while spool.status.obstacle == nil, !spool.isEmpty { await Task.yield() }
        #expect(spool.status.events == 5)
        await #expect(throws: SpoolError.self) { try await spool.log.next(events: 1, bytes: 100) }
        await #expect(throws: SpoolError.self) { try await spool.keep(.sample("later")) }
        try putBack()
        #expect(await drain.value)
        #expect(storage.arrivals == Self.all)
    }

    @Test("are not gone while the directory is elsewhere, as a disk that is not mounted")
    func anotherDirectory() async throws {
        let spool = try await fiveEvents()
        try moveAway()
        try FileManager.default.createDirectory(
            atPath: place.path, withIntermediateDirectories: false)
        await #expect(throws: SpoolError.self) { try await spool.log.next(events: 1, bytes: 100) }
        await #expect(throws: SpoolError.self) { try await spool.keep(.sample("later")) }
        #expect(spool.status.events == 5)
        try putBack()
        try await spool.keep(.sample("later"))
        let storage = FickleStorage()
        #expect(await spool.drain(into: storage).drain())
        #expect(storage.arrivals == Self.all + ["later"])
    }

    @Test("a start that cannot see a file's size deletes nothing and says why")
    func unknownSize() throws {
        _ = try place.open()
        // The link leads to itself: ELOOP, for `root` too.
        let name = SegmentFormat.name(1)
        try FileManager.default.createSymbolicLink(
            atPath: place.path + "/" + name, withDestinationPath: name)
        #expect {
            _ = try place.open()
        } throws: {
            ($0 as? SpoolError)?.label == "disk" && "\($0)".contains(name)
        }
        #expect(try place.segments == [name])
    }

    @Test("get no more events once somebody has deleted them")
    func deletedWhileWritten() async throws {
        let spool = try place.open()
        try await spool.keep(.sample("before"))
        place.remove(try #require(try place.segments.first))
        try await spool.keep(.sample("after"))
        try await spool.keep(.sample("later"))
        #expect(try place.segments == [SegmentFormat.name(2)])
        await spool.close()
        #expect(try await place.open().nextIDs() == ["after", "later"])
    }

    @Test("are read to their end although somebody has deleted them, while they are open")
    func deletedAndRead() async throws {
        let spool = try place.open(segmentBytes: 8192)
        for number in 0..<60 { try await spool.keep(.sample("e\(number)")) }
        #expect(try place.segments.count > 1)
        place.remove(try #require(try place.segments.last))
        try await spool.keep(.sample("e60"))
        let storage = FickleStorage()
        #expect(await spool.drain(into: storage).drain())
        #expect(storage.arrivals == (0...60).map { "e\($0)" })
    }

    @Test("a directory that was deleted is made again, and belongs to this process")
    func deletedDirectory() async throws {
        let spool = try place.open()
        try await spool.keep(.sample("before"))
        try FileManager.default.removeItem(atPath: place.path)
        try await spool.keep(.sample("after"))
        #expect(throws: SpoolError.self) { try place.open() }
        await spool.close()
        #expect(try await place.open().nextIDs() == ["after"])
    }

    @Test("what is missing at the end of a file is told, wherever it was cut")
    func truncated() async throws {
        let spool = try place.open()
        try await spool.keep(.sample("e1"), .sample("e2"))
        let name = try #require(try place.segments.first)
        let bytes = try place.contents(name)
        await spool.close()
        let first = try #require(RecordHead(bytes, at: SegmentFormat.headerSize)).size
        let second = SegmentFormat.headerSize + first
        for length in [0, 100, second - 1, second, second + 1, bytes.count - 1] {
            try place.replace(name, by: bytes)
            let spool = try place.open()
            #expect(truncate(place.path + "/" + name, length) == 0)
            let group = try #require(try await spool.log.next(events: 9, bytes: 1 << 20))
            #expect(group.records.count == (length < second ? 0 : 1), "cut at \(length)")
            let start = length < second ? SegmentFormat.headerSize : second
            #expect(group.damages.map(\.offset) == [start], "cut at \(length)")
            let lost = group.damages.map { $0.bytes.count + $0.missing }
            #expect(lost == [bytes.count - start], "cut at \(length)")
            #expect(group.end.offset == bytes.count)
            await spool.close()
        }
    }

    @Test("zeros at the end of what is known to be there are told")
    func zeroed() async throws {
        let spool = try place.open()
        try await spool.keep(.sample("e1"), .sample("e2"))
        let name = try #require(try place.segments.first)
        let bytes = try place.contents(name)
        let first = try #require(RecordHead(bytes, at: SegmentFormat.headerSize)).size
        let end = SegmentFormat.headerSize + first
        let zeros = [UInt8](repeating: 0, count: bytes.count - end)
        try place.replace(name, by: bytes[..<end] + zeros)
        let group = try #require(try await spool.log.next(events: 9, bytes: 1 << 20))
        #expect(group.records.count == 1)
        #expect(group.damages.map(\.offset) == [end])
    }

    @Test("a leftover under the next file's name does not keep events away")
    func leftover() async throws {
        let spool = try place.open()
        try place.replace(SegmentFormat.name(1), by: [1, 2, 3])
        try await spool.keep(.sample("a"))
        await spool.close()
        #expect(try await place.open().nextIDs() == ["a"])
    }
    @Test("a failure of the disk is over when it takes bytes again, also without a batch")
    func probe() async throws {
        let spool = try place.open()
        try moveAway()
        try Data().write(to: place.scratch.url.appending(path: "spool"))
        await #expect(throws: SpoolError.self) { try await spool.keep(.sample("a")) }
        await spool.probe()
        #expect(spool.status.failure != nil)
        try putBack()
        await spool.probe()
        #expect(spool.status.failure == nil)
        #expect(try place.files == [])
    }
}
