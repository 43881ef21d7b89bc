/// Files beside the segments for what never reaches the store: the operator looks at them, posts
/// them again or deletes them. They count against the spool's limit.
struct SetAside {
    /// Why an event was set aside; the name of its file.
    enum Reason: String, CaseIterable {
        /// The store refuses it, alone and with others, while it takes others.
        case refused
        /// Another event with its id came into the store first.
        case conflict
    }

    private static let unreadable = "-unreadable"

    private let directory: String
    private(set) var bytes: Int

    init(_ directory: String) throws(SpoolError) {
        self.directory = directory
        bytes = 0
        for name in try SpoolDirectory.names(directory) where Self.isOurs(name) {
            bytes += try SpoolDirectory.size(directory + "/" + name) ?? 0
        }
    }

    /// The bytes of damaged places come into files of their own, and none is written over: where the
    /// spool was empty at a start the numbers of segments begin again.
    mutating func keep(_ place: DamagedPlace) throws(SpoolError) {
        if place.bytes.isEmpty { return }
        let name = "\(directory)/damaged-\(place.segment)-\(place.offset)"
        for count in 1... {
            let path = count == 1 ? "\(name).bytes" : "\(name)-\(count).bytes"
            guard let file = try SpoolFile(ifThere: path, .read) else {
                // Where that fails it is tried again, and must not come beside what is there by now.
                _ = try SpoolDirectory.create(path, in: directory, holding: place.bytes)
                bytes += place.bytes.count
                return
            }
            // The same place again, after a crash that may have come before the sync. What cannot be
            // read is not the same.
            let size = try file.size
            if size == place.bytes.count, (try? file.read(size, at: 0)) == place.bytes {
                try file.sync()
                try SpoolDirectory.sync(directory)
                return
            }
        }
    }

    /// - Parameter lines: one event each as JSON, as `POST /v2/events` takes it.
    mutating func keep(_ lines: [[UInt8]], as reason: Reason) throws(SpoolError) {
        if lines.isEmpty { return }
        let path = "\(directory)/\(reason.rawValue).ndjson"
        let file = try SpoolFile(path, .createIfMissing)
        let end = try file.size
        var whole: [UInt8] = []
        for line in lines { whole += line + [0x0A] }
        if try !Self.isLast(whole, of: file, end) {
            // A line that a crash cut off stays alone on its line.
            if try !Self.isLineBegin(end, of: file) { whole.insert(0x0A, at: 0) }
            try file.write(whole, at: end)
            bytes += whole.count
        }
        try file.sync()
        try SpoolDirectory.sync(directory)
    }

    /// The file ends with just these lines already: they are the same ones again, after a crash or a
    /// failure of what came next.
    private static func isLast(
        _ lines: [UInt8], of file: SpoolFile, _ end: Int
    ) throws(SpoolError) -> Bool {
        let begin = end - lines.count
        guard begin >= 0, try isLineBegin(begin, of: file) else { return false }
        return try file.read(lines.count, at: begin) == lines
    }

    private static func isLineBegin(_ offset: Int, of file: SpoolFile) throws(SpoolError) -> Bool {
        if offset == 0 { return true }
        return try file.read(1, at: offset - 1) == [0x0A]
    }

    /// Keeps a whole segment that the disk could not read in full. Where that fails it keeps its
    /// name, and the next process drains it again.
    mutating func adopt(_ segment: String) {
        guard let size = try? SpoolDirectory.size(segment),
            let path = try? Self.freeName(segment + Self.unreadable)
        else { return }
        SpoolDirectory.rename(segment, to: path)
        bytes += size
    }

    private static func freeName(_ path: String) throws(SpoolError) -> String {
        var (name, count) = (path, 1)
        while try SpoolDirectory.size(name) != nil {
            count += 1
            name = "\(path)-\(count)"
        }
        return name
    }

    private static func isOurs(_ name: String) -> Bool {
        name.hasPrefix("damaged-") || name.contains(".spool" + unreadable)
            || Reason.allCases.contains { name == "\($0.rawValue).ndjson" }
    }
}
