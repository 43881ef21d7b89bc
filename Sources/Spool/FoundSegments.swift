internal import EventStore

/// What an earlier process left in the directory.
struct FoundSegments {
    private(set) var segments: [SegmentLog.Segment] = []
    /// Offset in the first segment up to which everything is in the store.
    private(set) var drained = SegmentFormat.headerSize
    private(set) var firstNumber: UInt64 = 1
    private(set) var nextNumber: UInt64 = 1
    /// When the oldest event was spooled; nil where nothing near the beginning tells.
    private(set) var oldest: Int64?

    private let directory: String
    private let digest: ContentDigest
    private let read: DiskRead

    /// - Parameter repairs: false only looks, as beside a running service.
    init(
        _ directory: String, _ digest: @escaping ContentDigest, repairs: Bool = true,
        read: @escaping DiskRead = SpoolFile.read
    ) throws(SpoolError) {
        self.directory = directory
        self.digest = digest
        self.read = read
        for name in try SpoolDirectory.names(directory) {
            guard let number = SegmentFormat.number(ofName: name) else { continue }
            // Beside a running service it may have been drained meanwhile.
            guard let size = try SpoolDirectory.size(path(number)) else { continue }
            if size > SegmentFormat.headerSize {
                segments.append(SegmentLog.Segment(number: number, size: size))
            } else if repairs {
                // Nothing in it was acknowledged: records come after the header.
                SpoolDirectory.remove(path(number))
            }
        }
        try findEnd(repairs: repairs)
        try findBeginning()
        try findOldest()
    }

    /// Counts on from the last record, and cuts off what an append that was cut short left behind.
    private mutating func findEnd(repairs: Bool) throws(SpoolError) {
        guard let last = segments.last else { return }
        nextNumber = last.number + 1
        // Beside a running service it may have gone by now, here and below.
        guard let file = try SpoolFile(ifThere: path(last.number), repairs ? .readWrite : .read)
        else { return }
        let (bytes, isWhole) = file.readable(
            last.size - SegmentFormat.headerSize, at: SegmentFormat.headerSize, by: read)
        let scan = SegmentScan(
            bytes, segment: last.number, offset: SegmentFormat.headerSize, reachesEnd: true,
            digest: digest)
        nextNumber = max(nextNumber, (scan.records.last?.number ?? 0) + 1)
        // Behind a block that cannot be read today there may be events that can be tomorrow. What
        // looks torn there is set aside when the drain comes to it.
        guard isWhole, let tornAt = scan.tornAt else { return }
        segments[segments.count - 1].size = tornAt
        guard repairs else { return }
        try file.truncate(to: tornAt)
        try file.sync()
        if tornAt == SegmentFormat.headerSize {
            segments.removeLast()
            SpoolDirectory.remove(path(last.number))
            nextNumber = last.number
        }
    }

    private mutating func findBeginning() throws(SpoolError) {
        guard let first = segments.first else { return }
        guard let file = try SpoolFile(ifThere: path(first.number), .read) else { return }
        let header = file.readable(SegmentFormat.headerSize, at: 0, by: read).bytes
        if let known = SegmentFormat.drained(header, of: first.number, digest),
            (SegmentFormat.headerSize...first.size).contains(known)
        {
            drained = known
        }
        let head = RecordHead(
            file.readable(SegmentFormat.headSize, at: drained, by: read).bytes, at: 0)
        firstNumber = head?.number ?? first.number
        // A damaged head must not make the count absurd.
        if !(first.number..<nextNumber).contains(firstNumber) { firstNumber = first.number }
    }

    /// Looks at the beginning of each segment until one tells.
    private mutating func findOldest() throws(SpoolError) {
        var offset = drained
        for segment in segments where oldest == nil {
            if let file = try SpoolFile(ifThere: path(segment.number), .read) {
                let piece = file.readable(
                    min(1 << 20, segment.size - offset), at: offset, by: read
                ).bytes
                oldest = SegmentScan.firstTime(
                    in: piece, segment: segment.number, offset: offset, digest: digest)
            }
            offset = SegmentFormat.headerSize
        }
    }

    private func path(_ segment: UInt64) -> String {
        directory + "/" + SegmentFormat.name(segment)
    }
}
