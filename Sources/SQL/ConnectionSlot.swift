/// The place of one connection in a pool. Lent to one caller at a time, so its state belongs to that
/// caller.
actor ConnectionSlot<Connection: SQLConnection> {
    private let limits: ConnectionPoolLimits
    private let reachability: Reachability
    private let open: @Sendable () async throws(SQLError) -> Connection
    private var current: Held?
    private var isRetired = false

    private struct Held {
        let connection: Connection
        let openedAt: ContinuousClock.Instant
        var checkedAt: ContinuousClock.Instant
        /// Losses known when the connection last worked: a loss since then may concern it, too.
        var knownLosses: Int
    }

    init(
        _ limits: ConnectionPoolLimits, reachability: Reachability,
        open: @escaping @Sendable () async throws(SQLError) -> Connection
    ) {
        self.limits = limits
        self.reachability = reachability
        self.open = open
    }

    var isOpen: Bool { current != nil }

    /// The connection of this place: the one that is open, where it still works, or a new one.
    func connection() async throws(SQLError) -> Connection {
        if let held = current {
            if ContinuousClock.now - held.openedAt < limits.maximumAge, await works(held) {
                return held.connection
            }
            current = nil
            await held.connection.close()
        }
        let connection = try await reachability.attempt(open)
        let now = ContinuousClock.now
        current = Held(
            connection: connection, openedAt: now, checkedAt: now,
            knownLosses: reachability.losses)
        return connection
    }

    func giveBack() {
        current?.checkedAt = .now
        current?.knownLosses = reachability.losses
        if isRetired { drop() }
    }

    /// A connection that cannot be used any more is closed; one that was lost casts doubt on all.
    func giveBack(after error: SQLError) async {
        guard let held = current else { return }
        let isLost = !(await held.connection.isUsable)
        if isLost || error.kind == .notWritable {
            reachability.countLoss()
            drop()
        } else if isRetired {
            drop()
        }
    }

    /// No connection stays open here from now on.
    func retire() async {
        isRetired = true
        drop()
    }

    private func drop() {
        guard let held = current else { return }
        current = nil
        // Saying goodbye may wait for a dead server; nobody has to wait with it.
        Task { await held.connection.close() }
    }

    private func works(_ held: Held) async -> Bool {
        let isFresh = ContinuousClock.now - held.checkedAt < limits.idleCheck
        if isFresh && held.knownLosses == reachability.losses { return true }
        do throws(SQLError) {
            try await held.connection.ping()
            current?.checkedAt = .now
            current?.knownLosses = reachability.losses
            return true
        } catch {
            reachability.countLoss()
            return false
        }
    }
}
