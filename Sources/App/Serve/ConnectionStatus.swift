package import Listener
package import Observability
import Synchronization

/// The section `listener` of `/status`. It exists before the listener does, because the listener
/// needs whoever answers, and the answer holds this.
package final class ConnectionStatus: StatusSource {
    package let section = "listener"
    private let listener = Mutex<HTTPListener?>(nil)

    package init() {}

    package func watch(_ listener: HTTPListener) {
        self.listener.withLock { $0 = listener }
    }

    /// Nil before there is a listener.
    package var current: ListenerStatus? {
        listener.withLock { $0 }?.status
    }

    package func facts() async -> [Fact] {
        guard let status = current else { return [] }
        return [
            Fact("connections", .integer(status.active)),
            Fact("accepted", .integer(status.accepted)),
            Fact("refused", .integer(status.refused)),
            Fact("timed_out", .integer(status.timedOut)),
            Fact("body_bytes_in_flight", .integer(status.bodyBytesInFlight)),
        ]
    }
}
