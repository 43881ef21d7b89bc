import Glibc
import SQL

/// Reads the input on a thread of its own, because reading blocks.
package actor InputReader {
    /// What came next.
    package enum Piece: Sendable, Equatable {
        case bytes([UInt8])
        /// Nothing has come for a moment, as when somebody types or a log grows.
        case nothingYet
        case end
    }

    private nonisolated let executor = BlockingExecutor(label: "annals.send.input")
    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe executor.asUnownedSerialExecutor()
    }

    private let descriptor: Int32
    private let isOurs: Bool

    /// - Parameter path: a file; `-` is the standard input.
    package init(_ path: String) throws(SendFailure) {
        isOurs = path != "-"
        descriptor = isOurs ? unsafe open(path, O_RDONLY | O_CLOEXEC) : STDIN_FILENO
        guard descriptor >= 0 else {
            throw SendFailure(
                .badInput, "\(path) cannot be opened: \(unsafe String(cString: strerror(errno)))")
        }
    }

    deinit {
        if isOurs { close(descriptor) }
    }

    /// - Parameter patience: how long to wait for something to come, milliseconds.
    package func next(waiting patience: Int32 = 200) throws(SendFailure) -> Piece {
        var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&wait, 1, patience) != 0 else { return .nothingYet }
        var count = 0
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: 256 << 10) { buffer, size in
            repeat {
                count = unsafe read(descriptor, buffer.baseAddress, buffer.count)
            } while count < 0 && errno == EINTR
            size = max(0, count)
        }
        if count < 0 {
            throw SendFailure(
                .badInput, "the input cannot be read: \(unsafe String(cString: strerror(errno)))")
        }
        return count == 0 ? .end : .bytes(bytes)
    }
}
