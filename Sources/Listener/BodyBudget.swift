import Synchronization

/// The memory that all bodies share.
final class BodyBudget: Sendable {
    private let limit: Int
    private let taken = Atomic(0)

    init(limit: Int) {
        self.limit = limit
    }

    var bytes: Int { taken.load(ordering: .relaxed) }

    /// False where there is no room; nothing is taken then.
    func take(_ count: Int) -> Bool {
        let (_, sum) = taken.add(count, ordering: .relaxed)
        if sum <= limit { return true }
        giveBack(count)
        return false
    }

    func giveBack(_ count: Int) {
        taken.subtract(count, ordering: .relaxed)
    }
}
