import Glibc
package import SQL

/// File operations that must have reached the disk when they return.
package enum DurableFile {
    package static func exists(_ path: String) -> Bool {
        access(path, F_OK) == 0
    }

    /// Gives a finished file its name, so that the name is only ever seen on the whole file.
    package static func publish(_ source: String, as target: String) throws(SQLError) {
        try sync(source, O_RDONLY)
        guard rename(source, target) == 0 else { throw failure(target) }
        try sync(directory(of: target), O_RDONLY | O_DIRECTORY)
    }

    /// Deletes a file; one that is not there is fine.
    package static func remove(_ path: String) {
        unlink(path)
    }

    /// Writes a few bytes beside the database and waits until they are on the disk.
    ///
    /// - Returns: how long one `fdatasync` took.
    package static func measureSync(besideDatabase path: String) throws(SQLError) -> Duration {
        let probe = path + "-probe-\(getpid())"
        let descriptor = open(probe, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure(probe) }
        defer {
            close(descriptor)
            unlink(probe)
        }
        let page = [UInt8](repeating: 0x5A, count: 4096)
        guard pwrite(descriptor, page, page.count, 0) == page.count else { throw failure(probe) }
        let start = ContinuousClock.now
        guard fdatasync(descriptor) == 0 else { throw failure(probe) }
        return ContinuousClock.now - start
    }

    package static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private static func sync(_ path: String, _ flags: Int32) throws(SQLError) {
        let descriptor = open(path, flags | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure(path) }
    }

    private static func failure(_ path: String) -> SQLError {
        let number = errno
        return SQLError(
            kind: number == ENOSPC || number == EDQUOT ? .full : .inputOutput, code: Int(number),
            message: "\(path): \(String(cString: strerror(number)))")
    }
}
