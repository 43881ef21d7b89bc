package import EventStore

/// Looks at a spool without taking it, also while a service uses it: what it tells is true for a
/// moment.
package struct SpoolReading: Sendable {
    private let directory: String
    private let digest: ContentDigest
    private let found: FoundSegments
    private let read: DiskRead

    /// - Throws: `.disk` where the directory cannot be read.
    package init(_ directory: String, digest: @escaping ContentDigest) throws(SpoolError) {
        try self.init(directory, digest: digest, read: SpoolFile.read)
    }

    init(
        _ directory: String, digest: @escaping ContentDigest, read: @escaping DiskRead
    ) throws(SpoolError) {
        self.directory = directory
        self.digest = digest
        self.read = read
        found = try FoundSegments(directory, digest, repairs: false, read: read)
    }

    package var status: SpoolStatus {
        get throws(SpoolError) {
            var status = SpoolStatus()
            let size = found.segments.reduce(0) { $0 + $1.size }
            let headers = found.segments.count * SegmentFormat.headerSize
            status.setAsideBytes = try SetAside(directory).bytes
            status.usedBytes = size + status.setAsideBytes
            if found.segments.isEmpty { return status }
            status.bytes = size - headers - (found.drained - SegmentFormat.headerSize)
            status.events = status.bytes == 0 ? 0 : Int(found.nextNumber - found.firstNumber)
            status.oldest = status.bytes == 0 ? nil : found.oldest
            return status
        }
    }

    /// Gives every event that waits to `body`, in order.
    ///
    /// - Returns: how many damaged places were stepped over.
    package func forEach(_ body: (Event) throws -> Void) throws -> Int {
        var damages = 0
        var offset = found.drained
        for segment in found.segments {
            let path = directory + "/" + SegmentFormat.name(segment.number)
            // A service may have drained it meanwhile.
            if let file = try SpoolFile(ifThere: path, .read) {
                let scan = SegmentScan(
                    file.readable(segment.size - offset, at: offset, by: read).bytes,
                    segment: segment.number, offset: offset, reachesEnd: true, digest: digest)
                for record in scan.records {
                    guard let event = Event(canonicalBytes: record.payload) else {
                        damages += 1
                        continue
                    }
                    try body(event)
                }
                damages += scan.damages.count
            }
            offset = SegmentFormat.headerSize
        }
        return damages
    }
}
