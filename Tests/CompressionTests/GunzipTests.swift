import Compression
import Foundation
import Testing

@Suite("Unpacking gzip")
struct GunzipTests {
    /// "hello annals", packed by Python.
    private static let packed = bytes("H4sIAAAAAAACA8tIzcnJV0jMy0vMKQYA/8vwtAwAAAA=")

    private static func bytes(_ base64: String) -> [UInt8] {
        Array(Data(base64Encoded: base64) ?? Data())
    }

    @Test("a member is unpacked")
    func member() throws {
        #expect(try Gunzip.inflate(Self.packed, limit: 100) == Array("hello annals".utf8))
    }

    @Test("as much as the limit is unpacked, and no byte more")
    func limit() throws {
        #expect(try Gunzip.inflate(Self.packed, limit: 12).count == 12)
        #expect(throws: GunzipError.tooLarge(limit: 11)) {
            try Gunzip.inflate(Self.packed, limit: 11)
        }
        #expect(throws: GunzipError.tooLarge(limit: 0)) {
            try Gunzip.inflate(Self.packed, limit: 0)
        }
    }

    @Test("a member that misses its end is truncated, wherever it was cut", arguments: 0..<32)
    func truncation(length: Int) {
        #expect(throws: GunzipError.truncated) {
            try Gunzip.inflate(Array(Self.packed.prefix(length)), limit: 100)
        }
    }

    @Test("what follows a member is refused, be it garbage or a second one")
    func trailing() {
        for tail in [[0], Self.packed] {
            #expect(throws: GunzipError.trailingBytes) {
                try Gunzip.inflate(Self.packed + tail, limit: 100)
            }
        }
    }

    @Test("other things are corrupt")
    func garbage() {
        var wrongSum = Self.packed
        wrongSum[wrongSum.count - 8] ^= 1
        for bytes in [Array("not gzip at all".utf8), [0x78, 0x9C, 3, 0, 0, 0, 0, 1], wrongSum] {
            #expect(throws: GunzipError.corrupt) { try Gunzip.inflate(bytes, limit: 100) }
        }
    }

    @Test("no mutation does more than fail", arguments: 0..<32)
    func mutations(place: Int) {
        for bit in 0..<8 {
            var bytes = Self.packed
            bytes[place] ^= 1 << UInt8(bit)
            let unpacked = try? Gunzip.inflate(bytes, limit: 1000)
            #expect((unpacked?.count ?? 0) <= 1000)
        }
    }

    /// 8 MiB of zeros in 8 KiB.
    @Test("a bomb ends at the limit")
    func bomb() throws {
        let bomb = Self.zeros
        #expect(throws: GunzipError.tooLarge(limit: 1 << 20)) {
            try Gunzip.inflate(bomb, limit: 1 << 20)
        }
        #expect(try Gunzip.inflate(bomb, limit: 8 << 20).count == 8 << 20)
    }

    /// Packed twice by Python, to be short enough to stand here.
    private static var zeros: [UInt8] {
        (try? Gunzip.inflate(bytes(zerosPackedTwice), limit: 1 << 20)) ?? []
    }

    private static let zerosPackedTwice =
        "H4sIAAAAAAACA+3XsQ2CQACF4TsuJhdGsCEm7sAEzsEqJJQ2DuAOLGDDCrSsQBhBPMbAfF/11697zTOHQ5XW"
        + "KcYS/es7brkOAAAAwJ/rlyFVR9z2rr3bAwAAAE7gfXl85mu59eEH2xnUp+8fAAA="
}
