import Glibc

/// How so many bytes of a file are read from an offset; for tests, from a disk with bad blocks.
typealias DiskRead = @Sendable (SpoolFile, Int, Int) throws(SpoolError) -> [UInt8]

/// One open file of the spool. Owns its descriptor; closed exactly once, when the value dies.
final class SpoolFile: Sendable {
    let path: String
    private let descriptor: Int32

    static let read: DiskRead = { file, count, offset throws(SpoolError) in
        try file.read(count, at: offset)
    }

    enum Access {
        case read
        case readWrite
        /// Makes the file; one that is there already is an error.
        case create
        /// Makes the file unless it is there.
        case createIfMissing
    }

    init(_ path: String, _ access: Access) throws(SpoolError) {
        let descriptor = Self.open(path, access)
        guard descriptor >= 0 else { throw Self.failure(path) }
        self.path = path
        self.descriptor = descriptor
    }

    /// Nil where there is no such file, and only then: a disk that does not answer for a moment must
    /// not pass for an empty one.
    init?(ifThere path: String, _ access: Access) throws(SpoolError) {
        let descriptor = Self.open(path, access)
        if descriptor < 0 {
            if errno == ENOENT { return nil }
            throw Self.failure(path)
        }
        self.path = path
        self.descriptor = descriptor
    }

    private static func open(_ path: String, _ access: Access) -> Int32 {
        let flags: Int32 =
            switch access {
            case .read: O_RDONLY
            case .readWrite: O_RDWR
            case .create: O_RDWR | O_CREAT | O_EXCL
            case .createIfMissing: O_RDWR | O_CREAT
            }
        // Events are confidential.
        return unsafe Glibc.open(path, flags | O_CLOEXEC, 0o600)
    }

    deinit {
        // Said aloud: a child that is just being made has the descriptor, too, until it runs its
        // program, and closing ours alone would leave a lock to it.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    /// The name still leads to this file: nobody has deleted it, moved it away or put another one in
    /// its place.
    var hasItsName: Bool {
        get throws(SpoolError) {
            let own = try information
            var named = stat()
            if unsafe stat(path, &named) != 0 {
                guard errno == ENOENT else { throw Self.failure(path) }
                return false
            }
            return own.st_ino == named.st_ino && own.st_dev == named.st_dev
        }
    }

    /// No name leads to it any more: it is gone once it is closed.
    var isDeleted: Bool {
        get throws(SpoolError) { try information.st_nlink == 0 }
    }

    private var information: stat {
        get throws(SpoolError) {
            var own = stat()
            guard unsafe fstat(descriptor, &own) == 0 else { throw Self.failure(path) }
            return own
        }
    }

    var size: Int {
        get throws(SpoolError) {
            let end = lseek(descriptor, 0, SEEK_END)
            guard end >= 0 else { throw Self.failure(path) }
            return Int(end)
        }
    }

    /// Writes all of the bytes; they are on the disk only after `sync()`.
    func write(_ bytes: [UInt8], at offset: Int) throws(SpoolError) {
        var done = 0
        while done < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe pwrite(
                    descriptor, buffer.baseAddress.map { unsafe $0 + done }, bytes.count - done,
                    offset + done)
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw Self.failure(path) }
            done += count
        }
    }

    func sync() throws(SpoolError) {
        guard fdatasync(descriptor) == 0 else { throw Self.failure(path) }
    }

    func truncate(to size: Int) throws(SpoolError) {
        guard ftruncate(descriptor, size) == 0 else { throw Self.failure(path) }
    }

    /// The bytes from `offset` on, fewer than `count` only at the end of the file.
    func read(_ count: Int, at offset: Int) throws(SpoolError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let part = unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe pread(
                    descriptor, buffer.baseAddress.map { unsafe $0 + done }, count - done,
                    offset + done)
            }
            if part < 0 && errno == EINTR { continue }
            guard part >= 0 else { throw Self.failure(path) }
            if part == 0 { break }
            done += part
        }
        bytes.removeLast(count - done)
        return bytes
    }

    /// As `read`, block by block of the disk: where it cannot read one, zeros stand for it, and the
    /// seal of whatever lay there will not be right.
    func readAround(_ count: Int, at offset: Int, by read: DiskRead) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        while bytes.count < count {
            let place = offset + bytes.count
            let block = min(4096 - place % 4096, count - bytes.count)
            // What cannot be read is what this method is about.
            let part = (try? read(self, block, place)) ?? []
            bytes += part + [UInt8](repeating: 0, count: block - part.count)
        }
        return bytes
    }

    /// As `read`, and at once around what the disk cannot read.
    func readable(
        _ count: Int, at offset: Int, by read: DiskRead
    ) -> (bytes: [UInt8], isWhole: Bool) {
        do {
            return (try read(self, count, offset), true)
        } catch {
            return (readAround(count, at: offset, by: read), false)
        }
    }

    /// Takes the kernel's lock on the file, which goes when this process goes, however it ends.
    ///
    /// - Returns: false where another holds it.
    func lock() -> Bool {
        flock(descriptor, LOCK_EX | LOCK_NB) == 0
    }

    static func failure(_ path: String) -> SpoolError {
        .disk(path: path, reason: unsafe String(cString: strerror(errno)))
    }
}

/// What is done to names in the spool's directory.
enum SpoolDirectory {
    /// Makes the directory, but not those above it, unless it is there.
    static func make(_ path: String) throws(SpoolError) {
        if unsafe mkdir(path, 0o700) != 0 {
            if errno == EEXIST { return }
            throw SpoolFile.failure(path)
        }
        do throws(SpoolError) {
            // Or a power loss could take the directory with all that was synced in it.
            try sync(path + "/..")
        } catch {
            unsafe rmdir(path)
            throw error
        }
    }

    /// Brings the names in it to the disk.
    static func sync(_ path: String) throws(SpoolError) {
        let descriptor = unsafe Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SpoolFile.failure(path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw SpoolFile.failure(path) }
    }

    /// A new file with these bytes, which is there after a power loss; where that fails, none.
    static func create(
        _ path: String, in directory: String, holding bytes: [UInt8]
    ) throws(SpoolError) -> SpoolFile {
        let file = try SpoolFile(path, .create)
        do throws(SpoolError) {
            try file.write(bytes, at: 0)
            try file.sync()
            try sync(directory)
        } catch {
            remove(path)
            throw error
        }
        return file
    }

    /// All names in it, in the order of their bytes.
    static func names(_ path: String) throws(SpoolError) -> [String] {
        guard let directory = unsafe opendir(path) else { throw SpoolFile.failure(path) }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        while true {
            // The end and a failure are both nil: only this tells them apart.
            errno = 0
            guard let entry = unsafe readdir(directory) else { break }
            // The name ends with a zero inside of its 256 bytes.
            let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        guard errno == 0 else { throw SpoolFile.failure(path) }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// Bytes of a file; nil where there is none, and only then.
    static func size(_ path: String) throws(SpoolError) -> Int? {
        var status = stat()
        if unsafe stat(path, &status) == 0 { return Int(status.st_size) }
        guard errno == ENOENT else { throw SpoolFile.failure(path) }
        return nil
    }

    /// Gives a file another name in the same directory; where that fails it keeps the old one.
    static func rename(_ path: String, to other: String) {
        _ = unsafe Glibc.rename(path, other)
    }

    /// Deletes a file; one that is not there is fine.
    static func remove(_ path: String) {
        unsafe unlink(path)
    }
}
