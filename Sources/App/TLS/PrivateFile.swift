import Glibc

/// Files that nobody else may see half written, or at all.
enum PrivateFile {
    /// Writes the whole text under another name first, so that `path` is old or new and never half.
    static func write(
        _ text: String, to path: String, permissions: mode_t
    ) throws(ServerCertificateError) {
        let unfinished = path + ".unfinished"
        unsafe unlink(unfinished)
        let descriptor = unsafe open(
            unfinished, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, permissions)
        guard descriptor >= 0 else { throw failure(path) }
        let bytes = Array(text.utf8)
        let written = unsafe bytes.withUnsafeBytes { bytes in
            unsafe Glibc.write(descriptor, bytes.baseAddress, bytes.count)
        }
        let isWhole = written == bytes.count && fsync(descriptor) == 0
        close(descriptor)
        guard isWhole, unsafe rename(unfinished, path) == 0 else {
            let error = failure(path)
            unsafe unlink(unfinished)
            throw error
        }
    }

    private static func failure(_ path: String) -> ServerCertificateError {
        let reason = unsafe String(cString: strerror(errno))
        return ServerCertificateError("\(path) cannot be written: \(reason).")
    }
}
