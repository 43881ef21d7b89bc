internal import EventStore

/// The file format of the spool, version 1. All numbers are little endian.
///
/// A segment is a file named by the number of its first record. It begins with a header of 4096
/// bytes, a block of its own, because the header is rewritten:
///
///     0   8   "ANNALSPL"
///     8   8   version: 1
///     16  8   number of the first record
///     24  8   drained: the offset up to which everything is in the store
///     32  32  SHA-256 of bytes 0 to 31
///
/// A header that fails its check costs nothing: the name has the number, and what was drained is
/// drained again, where the store knows it for duplicates. After it come records, one per event:
///
///     0   4   A7 "EV" 01
///     4   4   length of the payload
///     8   4   the same with every bit turned: a damaged length is seen without the rest
///     12  8   number: records have numbers without gaps, over all segments
///     20  8   when it was spooled, in microseconds since 1970
///     28  32  SHA-256 of: segment number, offset of the record (8 bytes each), bytes 0 to 27, payload
///     60      payload: the event's canonical bytes (`Event.canonicalBytes()`)
enum SegmentFormat {
    static let headerSize = 4096
    static let headSize = 60
    static let mark: [UInt8] = [0xA7, 0x45, 0x56, 0x01]
    private static let magic = Array("ANNALSPL".utf8)
    private static let suffix = ".spool"

    static func name(_ segment: UInt64) -> String {
        let digits = String(segment)
        return String(repeating: "0", count: 20 - digits.count) + digits + suffix
    }

    /// Nil where the name is not a segment's.
    static func number(ofName name: String) -> UInt64? {
        guard name.hasSuffix(suffix), name.utf8.count == 20 + suffix.utf8.count else { return nil }
        return UInt64(name.dropLast(suffix.count))
    }

    static func header(_ segment: UInt64, drained: Int, _ digest: ContentDigest) -> [UInt8] {
        var bytes = magic
        bytes.append(word: 1)
        bytes.append(word: segment)
        bytes.append(word: UInt64(drained))
        bytes += digest(bytes)
        return bytes + [UInt8](repeating: 0, count: headerSize - bytes.count)
    }

    /// Up to where the segment is drained; nil where the header is not whole.
    static func drained(_ header: [UInt8], of segment: UInt64, _ digest: ContentDigest) -> Int? {
        guard header.count >= 64, Array(header[..<8]) == magic, header.word(at: 8) == 1,
            header.word(at: 16) == segment, Array(header[32..<64]) == digest(Array(header[..<32]))
        else { return nil }
        return Int(exactly: header.word(at: 24))
    }

    static func append(
        _ payload: [UInt8], number: UInt64, time: Int64, segment: UInt64, offset: Int,
        to bytes: inout [UInt8], _ digest: ContentDigest
    ) {
        var head = mark
        head.append(halfWord: UInt32(payload.count))
        head.append(halfWord: ~UInt32(payload.count))
        head.append(word: number)
        head.append(word: UInt64(bitPattern: time))
        bytes += head
        bytes += seal(segment, offset, head, payload[...], digest)
        bytes += payload
    }

    static func seal(
        _ segment: UInt64, _ offset: Int, _ head: [UInt8], _ payload: ArraySlice<UInt8>,
        _ digest: ContentDigest
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(16 + head.count + payload.count)
        bytes.append(word: segment)
        bytes.append(word: UInt64(offset))
        bytes += head
        bytes += payload
        return digest(bytes)
    }
}

/// What stands before a payload.
struct RecordHead {
    let length: Int
    let number: UInt64
    let time: Int64
    let seal: [UInt8]
    /// The bytes that the seal covers.
    let bytes: [UInt8]

    /// Nil where no head begins at `place`, or not all of it is there.
    init?(_ buffer: [UInt8], at place: Int) {
        guard buffer.count - place >= SegmentFormat.headSize,
            buffer[place..<place + 4].elementsEqual(SegmentFormat.mark)
        else { return nil }
        let length = buffer.halfWord(at: place + 4)
        guard buffer.halfWord(at: place + 8) == ~length else { return nil }
        self.length = Int(length)
        number = buffer.word(at: place + 12)
        time = Int64(bitPattern: buffer.word(at: place + 20))
        bytes = Array(buffer[place..<place + 28])
        seal = Array(buffer[place + 28..<place + SegmentFormat.headSize])
    }

    /// Bytes of the whole record.
    var size: Int { SegmentFormat.headSize + length }
}

extension [UInt8] {
    fileprivate mutating func append(word: UInt64) {
        unsafe Swift.withUnsafeBytes(of: word.littleEndian) { unsafe append(contentsOf: $0) }
    }

    fileprivate mutating func append(halfWord: UInt32) {
        unsafe Swift.withUnsafeBytes(of: halfWord.littleEndian) { unsafe append(contentsOf: $0) }
    }

    /// Eight bytes, little endian. The caller has checked that they are there.
    fileprivate func word(at place: Int) -> UInt64 {
        self[place..<place + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Four bytes, little endian. The caller has checked that they are there.
    fileprivate func halfWord(at place: Int) -> UInt32 {
        self[place..<place + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
}
