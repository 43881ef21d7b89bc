import Dispatch
import Glibc

/// What the operator, or the system, tells a running service.
package enum ProcessSignal: Sendable {
    /// SIGTERM or SIGINT: finish what is under way and end.
    case stop
    /// SIGHUP: read the certificate files again.
    case reload
}

/// Turns signals of the process into values; nothing runs inside a signal handler.
package final class ProcessSignals {
    package let stream: AsyncStream<ProcessSignal>
    private let sources: [any DispatchSourceSignal]

    /// From now on these signals do not end the process any more; SIGPIPE never does.
    package init() {
        Self.ignore(SIGPIPE)
        let (stream, continuation) = AsyncStream.makeStream(of: ProcessSignal.self)
        let meanings: [(Int32, ProcessSignal)] = [
            (SIGTERM, .stop), (SIGINT, .stop), (SIGHUP, .reload),
        ]
        self.stream = stream
        sources = meanings.map { number, meaning in
            Self.ignore(number)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { continuation.yield(meaning) }
            source.resume()
            return source
        }
    }

    deinit {
        for source in sources { source.cancel() }
    }

    private static func ignore(_ number: Int32) {
        _ = signal(number, SIG_IGN)
    }
}
