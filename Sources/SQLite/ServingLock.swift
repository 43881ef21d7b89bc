import Glibc

/// Keeps a second serving process away from a database file.
///
/// The lock is the kernel's (`flock`), so it goes when the process goes, however it ends. Backup,
/// expire and the like do not take it: they work beside a running service.
package final class ServingLock: Sendable {
    private let descriptor: Int32

    /// Says who holds the file, when somebody else does.
    package struct Held: Error, Sendable, CustomStringConvertible {
        package let path: String
        package let holder: String

        package var description: String {
            "Another process (\(holder)) serves this database already; "
                + "its lock is on \(path). Stop it, or name another database.url."
        }
    }

    package enum Failure: Error, Sendable {
        case held(Held)
        case cannotOpen(path: String, reason: String)
    }

    /// - Parameter path: the database file; the lock is the file beside it with `-serving` added.
    package init(database path: String) throws(Failure) {
        let path = path + "-serving"
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else {
            throw .cannotOpen(path: path, reason: String(cString: strerror(errno)))
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let holder = Self.read(descriptor)
            close(descriptor)
            throw .held(Held(path: path, holder: holder))
        }
        self.descriptor = descriptor
        let line = "process \(getpid())"
        ftruncate(descriptor, 0)
        _ = line.withCString { pwrite(descriptor, $0, strlen($0), 0) }
    }

    deinit {
        // Said aloud: a child that is just being made has the descriptor, too, until it runs its
        // program, and closing ours alone would leave the lock to it.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    private static func read(_ descriptor: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        return count > 0 ? String(decoding: bytes.prefix(count), as: UTF8.self) : "unknown"
    }
}
