internal import EventStore

/// One event of the spool as it was read, its seal checked.
struct SpooledRecord: Sendable, Equatable {
    /// Its place in the spool.
    let number: UInt64
    /// When it was spooled, in microseconds since 1970.
    let time: Int64
    let payload: [UInt8]
}

/// Bytes of a segment that are no record.
struct DamagedPlace: Sendable, Equatable {
    let segment: UInt64
    let offset: Int
    let bytes: [UInt8]
    /// How many more were there and are not: the file was cut off or deleted.
    var missing = 0
}

/// Reads records out of a piece of a segment. What is damaged is stepped over: from any place it
/// finds the next record whose seal is right.
struct SegmentScan {
    private(set) var records: [SpooledRecord] = []
    private(set) var damages: [DamagedPlace] = []
    /// Where an append was cut off by the end of the process or of the power; it was never
    /// acknowledged. Nil where the segment ends with a whole record.
    private(set) var tornAt: Int?
    /// Bytes that need not be read again. 0 where the piece is too short for its first record.
    private(set) var consumed = 0

    private let buffer: [UInt8]
    private let segment: UInt64
    private let offset: Int
    private let reachesEnd: Bool
    private let digest: ContentDigest

    private enum Judgement {
        case whole(RecordHead)
        case incomplete
        case wrong
    }

    /// - Parameters:
    ///   - offset: where in the segment the piece begins.
    ///   - reachesEnd: the segment ends with the piece.
    ///   - limit: most records to read.
    init(
        _ buffer: [UInt8], segment: UInt64, offset: Int, reachesEnd: Bool, limit: Int = .max,
        digest: @escaping ContentDigest
    ) {
        self.buffer = buffer
        self.segment = segment
        self.offset = offset
        self.reachesEnd = reachesEnd
        self.digest = digest
        while consumed < buffer.count, records.count < limit {
            guard step() else { return }
        }
    }

    /// When the first record of a piece was spooled that is whole, or goes on behind the piece; nil
    /// where there is none.
    static func firstTime(
        in piece: [UInt8], segment: UInt64, offset: Int, digest: @escaping ContentDigest
    ) -> Int64? {
        let scan = SegmentScan(
            piece, segment: segment, offset: offset, reachesEnd: false, limit: 1, digest: digest)
        if let record = scan.records.first { return record.time }
        return scan.consumed == 0 ? RecordHead(piece, at: 0)?.time : nil
    }

    /// Bytes that the first record needs, where `consumed` is 0.
    var needed: Int { RecordHead(buffer, at: 0)?.size ?? SegmentFormat.headSize }

    /// - Returns: false where more of the segment must be read first.
    private mutating func step() -> Bool {
        switch judge(consumed) {
        case .whole(let head):
            let start = consumed + SegmentFormat.headSize
            consumed += head.size
            records.append(
                SpooledRecord(
                    number: head.number, time: head.time, payload: Array(buffer[start..<consumed])))
            return true
        case .incomplete where !reachesEnd: return false
        case .incomplete: return stepOver(orTear: true)
        case .wrong: return stepOver(orTear: false)
        }
    }

    /// - Parameter orTear: what looks like the beginning of a record may be one that was cut off.
    private mutating func stepOver(orTear: Bool) -> Bool {
        let start = consumed
        if let next = nextRecord(after: start) {
            consumed = next
            damages.append(damage(start..<next))
            return true
        }
        if reachesEnd {
            consumed = buffer.count
            if orTear || buffer[start...].allSatisfy({ $0 == 0 }) {
                tornAt = offset + start
            } else {
                damages.append(damage(start..<consumed))
            }
            return true
        }
        // A head may begin in the last bytes.
        consumed = max(start + 1, buffer.count - SegmentFormat.headSize + 1)
        damages.append(damage(start..<consumed))
        return false
    }

    /// The next place with a whole record, or with what may become one when more is read.
    private func nextRecord(after place: Int) -> Int? {
        var next = place + 1
        while next + SegmentFormat.headSize <= buffer.count {
            guard let found = buffer[next...].firstIndex(of: SegmentFormat.mark[0]) else { break }
            if RecordHead(buffer, at: found) != nil {
                switch judge(found) {
                case .whole: return found
                case .incomplete where !reachesEnd: return found
                case .incomplete, .wrong: break
                }
            }
            next = found + 1
        }
        return nil
    }

    private func judge(_ place: Int) -> Judgement {
        guard buffer.count - place >= SegmentFormat.headSize else { return .incomplete }
        guard let head = RecordHead(buffer, at: place) else { return .wrong }
        guard buffer.count - place >= head.size else { return .incomplete }
        let payload = buffer[place + SegmentFormat.headSize..<place + head.size]
        let seal = SegmentFormat.seal(segment, offset + place, head.bytes, payload, digest)
        return seal == head.seal ? .whole(head) : .wrong
    }

    private func damage(_ range: Range<Int>) -> DamagedPlace {
        DamagedPlace(
            segment: segment, offset: offset + range.lowerBound, bytes: Array(buffer[range]))
    }
}
