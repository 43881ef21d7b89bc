import Synchronization

/// From how many numbers ties are drawn: few while times alone tell nearly all events apart, many
/// once two events have met.
final class TieWidth: Sendable {
    private let isWide = Mutex(false)

    var range: ClosedRange<UInt32> {
        isWide.withLock { $0 } ? EventGroup.longTies : EventGroup.shortTies
    }

    func widen() {
        isWide.withLock { $0 = true }
    }
}
