import EventStore
import Synchronization

/// The segments on disk: appended to at one end, read and deleted at the other. Its work blocks, so
/// it has a thread of its own.
actor SegmentLog {
    nonisolated let executor: any SerialExecutor
    nonisolated let status: Mutex<SpoolStatus>
    let directory: String
    private let limits: SpoolLimits
    let digest: ContentDigest
    let diskRead: DiskRead
    /// Nil once it is closed.
    private var lock: SpoolFile?
    var setAside: SetAside

    var segments: [Segment]
    /// The last segment, while it may get more. After a start or a failure there is none: what is
    /// at the end of a file that was not closed in good order is not built upon.
    var active: SpoolFile?
    /// The first segment, open for reading.
    var reading: SpoolFile?
    /// Offset in the first segment up to which everything is in the store.
    var drained: Int
    /// How often the disk could not read from the first segment.
    var failedReads = 0
    /// Number of the first record that is not in the store, and of the next to come.
    var firstNumber: UInt64
    var nextNumber: UInt64

    struct Segment {
        let number: UInt64
        /// All of it was acknowledged.
        var size: Int
        /// The file, where its name is gone: it can be read as long as it stays open.
        var orphan: SpoolFile?
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe executor.asUnownedSerialExecutor()
    }

    /// Takes the directory for this process, and finds what is in it.
    init(
        _ directory: String, _ limits: SpoolLimits, executor: any SerialExecutor,
        digest: @escaping ContentDigest, read: @escaping DiskRead = SpoolFile.read
    ) throws(SpoolError) {
        self.executor = executor
        self.directory = directory
        self.limits = limits
        self.digest = digest
        diskRead = read
        lock = try SpoolLock.take(directory)
        setAside = try SetAside(directory)
        let found = try FoundSegments(directory, digest, read: read)
        segments = found.segments
        drained = found.drained
        firstNumber = found.firstNumber
        nextNumber = found.nextNumber
        var status = SpoolStatus()
        status.limit = limits.bytes
        self.status = Mutex(status)
        Self.note(
            in: self.status, segments: segments, drained: drained, setAside: setAside.bytes,
            events: nextNumber - firstNumber)
        self.status.withLock { $0.oldest = found.oldest }
    }

    // MARK: Appending

    /// Brings the payloads to the disk, one record each. When this returns they survive a power
    /// loss; when it throws, nothing of them is promised.
    func append(_ payloads: [[UInt8]], at time: Int64) throws(SpoolError) {
        do throws(SpoolError) {
            try write(payloads, at: time)
            status.withLock { $0.failure = nil }
        } catch {
            if case .disk = error { status.withLock { $0.failure = error.description } }
            throw error
        }
    }

    /// After a failure: tries whether the disk takes bytes again. Only the next batch would tell, and
    /// a balancer that knows of the failure sends none.
    func probe() {
        do throws(SpoolError) {
            try holdDirectory()
            _ = try SpoolProbe.measureSync(in: directory)
            status.withLock { $0.failure = nil }
        } catch {
            status.withLock { $0.failure = error.description }
        }
    }

    private func write(_ payloads: [[UInt8]], at time: Int64) throws(SpoolError) {
        try holdDirectory()
        let size = payloads.reduce(0) { $0 + SegmentFormat.headSize + $1.count }
        let used = status.withLock { $0.usedBytes }
        guard used + size + SegmentFormat.headerSize <= limits.bytes else {
            throw .full(bytes: used, limit: limits.bytes)
        }
        let file = try writableFile(for: size)
        guard let segment = segments.last else { return }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(size)
        for (index, payload) in payloads.enumerated() {
            SegmentFormat.append(
                payload, number: nextNumber + UInt64(index), time: time, segment: segment.number,
                offset: segment.size + bytes.count, to: &bytes, digest)
        }
        do throws(SpoolError) {
            try file.write(bytes, at: segment.size)
            try file.sync()
        } catch {
            abandon(file)
            throw error
        }
        segments[segments.count - 1].size += bytes.count
        nextNumber += UInt64(payloads.count)
        noteStatus(oldest: time)
    }

    /// Makes sure that the directory is the one that was taken, or what is written there would not be
    /// found by the next process. One that was deleted is made again.
    func holdDirectory() throws(SpoolError) {
        guard let lock else { throw .disk(path: directory, reason: "the spool is closed") }
        if try lock.hasItsName { return }
        guard try lock.isDeleted else {
            throw .disk(
                path: directory,
                reason: "it is not the directory that was opened; put that one back, or restart")
        }
        do throws(SpoolError) {
            self.lock = try SpoolLock.take(directory)
        } catch {
            throw .disk(path: directory, reason: error.description)
        }
    }

    private func writableFile(for size: Int) throws(SpoolError) -> SpoolFile {
        if let active, let last = segments.last {
            if try !active.hasItsName {
                segments[segments.count - 1].orphan = active
                self.active = nil
            } else if last.size == SegmentFormat.headerSize
                || last.size + size <= limits.segmentBytes
            {
                return active
            }
        }
        var number = nextNumber
        // A leftover that the disk would not delete is the next start's to look at.
        while try SpoolDirectory.size(path(of: number)) != nil { number += 1 }
        let path = path(of: number)
        let header = SegmentFormat.header(number, drained: SegmentFormat.headerSize, digest)
        let file = try SpoolDirectory.create(path, in: directory, holding: header)
        if segments.isEmpty {
            drained = SegmentFormat.headerSize
            firstNumber = number
        }
        nextNumber = number
        segments.append(Segment(number: number, size: SegmentFormat.headerSize))
        active = file
        return file
    }

    /// After a failure nobody knows what the file ends with: it gets no more records.
    private func abandon(_ file: SpoolFile) {
        active = nil
        guard let last = segments.last else { return }
        if last.size == SegmentFormat.headerSize {
            segments.removeLast()
            SpoolDirectory.remove(path(of: last.number))
            if segments.isEmpty { reading = nil }
        } else {
            // Where this fails, too, the reader stops at the size that is known to be good.
            try? file.truncate(to: last.size)
        }
        noteStatus()
    }

    /// Leaves the directory to another process; nothing is taken and nothing drained from now on.
    func close() {
        lock = nil
        active = nil
        reading = nil
        segments = []
    }

    // MARK: Telling

    func noteStatus(oldest time: Int64? = nil) {
        Self.note(
            in: status, segments: segments, drained: drained, setAside: setAside.bytes,
            events: nextNumber - min(firstNumber, nextNumber))
        if let time { status.withLock { $0.oldest = $0.oldest ?? time } }
    }

    private static func note(
        in status: borrowing Mutex<SpoolStatus>, segments: [Segment], drained: Int, setAside: Int,
        events: UInt64
    ) {
        let size = segments.reduce(0) { $0 + $1.size }
        let overhead = segments.isEmpty ? 0 : segments.count * SegmentFormat.headerSize
        let waiting = size - overhead - (segments.isEmpty ? 0 : drained - SegmentFormat.headerSize)
        status.withLock { status in
            status.events = segments.isEmpty ? 0 : Int(events)
            status.bytes = waiting
            status.usedBytes = size + setAside
            status.setAsideBytes = setAside
            if waiting == 0 { status.oldest = nil }
        }
    }

    func path(of segment: UInt64) -> String {
        directory + "/" + SegmentFormat.name(segment)
    }
}
