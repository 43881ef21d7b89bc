import Synchronization

extension SegmentLog {
    private static let mostFailedReads = 20

    /// What comes next, at least one record or one damaged place; nil where nothing waits. The same
    /// again until `advance` is called.
    func next(events: Int, bytes: Int) throws(SpoolError) -> SpooledGroup? {
        while let first = segments.first {
            if drained >= first.size {
                dropFirst()
                continue
            }
            guard let file = try openFirst(first) else {
                let end = SpooledGroup.End(segment: first.number, offset: first.size)
                let place = DamagedPlace(
                    segment: first.number, offset: drained, bytes: [],
                    missing: first.size - drained)
                return SpooledGroup(records: [], damages: [place], end: end)
            }
            return try group(of: first, file, events: events, bytes: bytes)
        }
        return nil
    }

    private func group(
        of segment: Segment, _ file: SpoolFile, events: Int, bytes: Int
    ) throws(SpoolError) -> SpooledGroup {
        var wanted = bytes
        while true {
            let count = min(wanted, segment.size - drained)
            let piece = try read(count, of: file)
            // The file may have been cut behind our back.
            let isLast = drained + count == segment.size || piece.count < count
            let scan = SegmentScan(
                piece, segment: segment.number, offset: drained, reachesEnd: isLast, limit: events,
                digest: digest)
            if scan.consumed > 0 || isLast {
                let isDone = isLast && scan.consumed == piece.count
                let end = SpooledGroup.End(
                    segment: segment.number,
                    offset: isDone ? segment.size : drained + scan.consumed)
                var damages = scan.damages
                if isDone, let loss = loss(of: segment, piece, tornAt: scan.tornAt) {
                    damages.append(loss)
                }
                return SpooledGroup(records: scan.records, damages: damages, end: end)
            }
            wanted = max(2 * wanted, scan.needed)
        }
    }

    /// What was at the end of the segment and is not there any more. All of it was acknowledged, so
    /// it is no append that was cut short, whatever it looks like.
    private func loss(of segment: Segment, _ piece: [UInt8], tornAt: Int?) -> DamagedPlace? {
        let end = drained + piece.count
        let start = tornAt ?? end
        if start == segment.size { return nil }
        return DamagedPlace(
            segment: segment.number, offset: start, bytes: Array(piece[(start - drained)...]),
            missing: segment.size - end)
    }

    /// A disk that cannot read gets some more chances; then we go on around the bad blocks, and keep
    /// the file for whoever can read more of it.
    private func read(_ count: Int, of file: SpoolFile) throws(SpoolError) -> [UInt8] {
        do throws(SpoolError) {
            return try diskRead(file, count, drained)
        } catch {
            failedReads += 1
            guard failedReads > Self.mostFailedReads else { throw error }
            return file.readAround(count, at: drained, by: diskRead)
        }
    }

    /// Nil where the file has gone.
    private func openFirst(_ first: Segment) throws(SpoolError) -> SpoolFile? {
        if reading == nil { reading = first.orphan ?? (segments.count == 1 ? active : nil) }
        if reading == nil { reading = try SpoolFile(ifThere: path(of: first.number), .readWrite) }
        // Where all of the directory is elsewhere, nothing in it has gone.
        if reading == nil { try holdDirectory() }
        return reading
    }

    /// Everything before `end` is in the store or set aside, durably.
    func advance(to end: SpooledGroup.End, past number: UInt64?) {
        guard let first = segments.first, first.number == end.segment, end.offset > drained
        else { return }
        drained = end.offset
        if let number { firstNumber = number + 1 }
        if drained >= first.size {
            dropFirst()
        } else if let reading {
            let header = SegmentFormat.header(first.number, drained: drained, digest)
            // Not synced, and no harm where it fails: then more is drained twice, which the store
            // notices.
            try? reading.write(header, at: 0)
        }
        noteStatus()
        // Where damage hides it, the last one known makes the age too high, which is seen.
        if let oldest = oldestTime() { status.withLock { $0.oldest = oldest } }
    }

    /// Deletes the first segment: all of it is in the store.
    private func dropFirst() {
        guard let first = segments.first else { return }
        // A file of the same name in a directory that is not ours is not ours to delete. One that
        // stays is drained again by the next process, and the store knows its events.
        let isOurs = (try? openFirst(first)?.hasItsName) ?? false
        reading = nil
        segments.removeFirst()
        if segments.isEmpty { active = nil }
        let path = path(of: first.number)
        if isOurs, failedReads > Self.mostFailedReads {
            setAside.adopt(path)
        } else if isOurs {
            SpoolDirectory.remove(path)
        }
        failedReads = 0
        drained = SegmentFormat.headerSize
        firstNumber = segments.first?.number ?? nextNumber
        noteStatus()
    }

    private func oldestTime() -> Int64? {
        guard let first = segments.first else { return nil }
        // A glance for the operator: where it fails, reading the events will tell why.
        guard let file = try? openFirst(first),
            let piece = try? diskRead(file, min(64 << 10, first.size - drained), drained)
        else { return nil }
        return SegmentScan.firstTime(
            in: piece, segment: first.number, offset: drained, digest: digest)
    }
}
