package import Listener
package import Observability
import Synchronization

/// The section `listener` of `/status`. It exists before the listener does, because the listener
/// needs whoever answers, and the answer holds this.
package final class ConnectionStatus: StatusSource {
    package let section = "listener"
    private let listener = Mutex<Listener?>(nil)

    package init() {}

    package func watch(_ listener: Listener) {
        self.listener.withLock { $0 = listener }
    }

    package func facts() async -> [Fact] {
        guard let listener = listener.withLock({ $0 }) else { return [] }
        let status = listener.status
        return [
            Fact("connections", .integer(status.active)),
            Fact("accepted", .integer(status.accepted)),
            Fact("refused", .integer(status.refused)),
            Fact("timed_out", .integer(status.timedOut)),
            Fact("body_bytes_in_flight", .integer(status.bodyBytesInFlight)),
        ]
    }
}
