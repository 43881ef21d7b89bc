import Glibc

/// Keeps a second process away from a spool: its events would come in an order nobody knows, and
/// one would delete what the other still writes.
enum SpoolLock {
    /// Makes the directory where it is missing, and takes it for this process. The lock lives as
    /// long as the file that is returned.
    static func take(_ directory: String) throws(SpoolError) -> SpoolFile {
        let file: SpoolFile
        do throws(SpoolError) {
            try SpoolDirectory.make(directory)
            file = try SpoolFile(directory + "/lock", .createIfMissing)
        } catch {
            guard case .disk(_, let reason) = error else { throw error }
            throw .cannotOpen(path: directory, reason: reason)
        }
        guard file.lock() else {
            // Whoever holds it wrote its name there; a name that cannot be read is no harm.
            let name = (try? file.read(64, at: 0)) ?? []
            let holder = name.isEmpty ? "unknown" : String(decoding: name, as: UTF8.self)
            throw .held(path: directory, holder: holder)
        }
        // Only for whoever finds it held: a full disk must not keep the drain from emptying it.
        try? file.truncate(to: 0)
        try? file.write(Array("process \(getpid())".utf8), at: 0)
        return file
    }
}
