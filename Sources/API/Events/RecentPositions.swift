internal import EventStore
internal import Synchronization
internal import Values

/// Where answers have ended lately: the marker of the next page is one of these, and need not be looked
/// up in the store.
///
/// A position is known only to callers with the visibility of the answer that ended there, so that
/// another's marker stays "not found". An event that was deleted since is still a place to go on from.
final class RecentPositions: Sendable {
    private struct Key: Hashable {
        let messageID: ExactText
        let visibility: Visibility
    }

    /// Both generations together hold the last `size` positions, and at most twice as many.
    private struct Generations: Sendable {
        var young: [Key: EventPosition] = [:]
        var old: [Key: EventPosition] = [:]
    }

    private let size: Int
    private let generations = Mutex(Generations())

    /// - Parameter size: positions that are surely remembered; one takes about 300 bytes.
    init(size: Int = 1024) {
        self.size = size
    }

    func note(_ position: EventPosition, seenWith visibility: Visibility) {
        let key = Key(messageID: ExactText(position.messageID), visibility: visibility)
        generations.withLock {
            if $0.young.count >= size {
                $0.old = $0.young
                $0.young.removeAll()
            }
            $0.young[key] = position
        }
    }

    func position(of messageID: String, seenWith visibility: Visibility) -> EventPosition? {
        let key = Key(messageID: ExactText(messageID), visibility: visibility)
        return generations.withLock { $0.young[key] ?? $0.old[key] }
    }
}
