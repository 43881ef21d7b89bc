import Dispatch
import Glibc
import Synchronization

/// What the operator, or the system, tells a running service.
package enum ProcessSignal: Sendable {
    /// SIGTERM or SIGINT: finish what is under way and end.
    case stop
    /// SIGHUP: read the certificate files again.
    case reload
}

/// Turns signals of the process into values.
///
/// The signal handler writes the number into a pipe and does nothing else: little more is allowed
/// there. It works whichever thread the kernel chooses. There is one of these at a time.
package final class ProcessSignals {
    package let stream: AsyncStream<ProcessSignal>
    private let continuation: AsyncStream<ProcessSignal>.Continuation
    private let source: any DispatchSourceRead
    private static let caught = [SIGTERM, SIGINT, SIGHUP]

    /// From now on these signals do not end the process any more; SIGPIPE never does.
    package init() {
        var ends: [Int32] = [-1, -1]
        let made = unsafe pipe(&ends)
        precondition(made == 0, "a process that starts has two file descriptors left")
        let (readEnd, writeEnd) = (ends[0], ends[1])
        for end in ends {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
        (stream, continuation) = AsyncStream.makeStream(of: ProcessSignal.self)
        source = DispatchSource.makeReadSource(fileDescriptor: readEnd, queue: .global())
        source.setEventHandler { [continuation] in
            while let number = Self.next(from: readEnd) {
                continuation.yield(number == SIGHUP ? .reload : .stop)
            }
        }
        source.setCancelHandler {
            close(readEnd)
            close(writeEnd)
        }
        source.resume()
        pipeForHandler.store(writeEnd, ordering: .sequentiallyConsistent)
        _ = signal(SIGPIPE, SIG_IGN)
        for number in Self.caught { _ = signal(number, writeToPipe) }
    }

    /// Ends the stream and gives the signals their old meaning. Whoever reads the stream calls this
    /// at the end, and so keeps it alive.
    package func stop() {
        for number in Self.caught { _ = signal(number, SIG_DFL) }
        pipeForHandler.store(-1, ordering: .sequentiallyConsistent)
        source.cancel()
        continuation.finish()
    }

    private static func next(from descriptor: Int32) -> Int32? {
        var number: UInt8 = 0
        return unsafe read(descriptor, &number, 1) == 1 ? Int32(number) : nil
    }
}

/// Where the handler writes; -1 while nobody reads.
private let pipeForHandler = Atomic<Int32>(-1)

private let writeToPipe: @convention(c) (Int32) -> Void = { number in
    let kept = errno
    var byte = UInt8(truncatingIfNeeded: number)
    // A full pipe holds thousands of signals that nobody has read yet: one more says nothing new.
    _ = unsafe write(pipeForHandler.load(ordering: .sequentiallyConsistent), &byte, 1)
    errno = kept
}
