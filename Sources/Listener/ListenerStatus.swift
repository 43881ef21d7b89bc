import Synchronization

/// What the listener has seen since it started.
package struct ListenerStatus: Sendable, Equatable {
    /// Connections open now.
    package var active: Int
    package var accepted: Int
    /// Connections turned away: too many of them, or no file descriptor left.
    package var refused: Int
    /// Connections cut because their client was too slow.
    package var timedOut: Int
    /// Bytes of bodies in memory now.
    package var bodyBytesInFlight: Int
}

final class ListenerCounters: Sendable {
    let accepted = Atomic(0)
    let refused = Atomic(0)
    let timedOut = Atomic(0)
}
