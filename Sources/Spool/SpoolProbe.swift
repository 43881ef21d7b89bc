import Glibc

/// Whether a directory would do for a spool; also beside a service that uses it.
package enum SpoolProbe {
    /// Writes a few bytes there and waits until they are on the disk.
    ///
    /// - Returns: how long one sync took.
    package static func measureSync(in directory: String) throws(SpoolError) -> Duration {
        try SpoolDirectory.make(directory)
        let path = "\(directory)/probe-\(getpid())"
        let file = try SpoolFile(path, .createIfMissing)
        defer { SpoolDirectory.remove(path) }
        try file.write([UInt8](repeating: 0x5A, count: 4096), at: 0)
        let start = ContinuousClock.now
        try file.sync()
        return ContinuousClock.now - start
    }
}
