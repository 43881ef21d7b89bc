/// The right to change a schema, as a row: an owner, and a counter that the owner keeps raising.
///
/// Who wants it compares and swaps; on a Galera cluster the order of commits decides between two
/// nodes. Nobody compares clocks: whoever waits watches the counter, and takes the row over when it
/// has stood still for `patience`. An owner that lost it so cannot note a step any more.
struct SchemaLease<Connection: SQLConnection>: Sendable {
    /// Names the runner for those who wait, and tells it from all others.
    let owner: String
    let timing: SchemaLeaseTiming

    /// Waits for the lease, does `work` and gives it back.
    ///
    /// - Parameters:
    ///   - beating: a connection of its own, as a single statement of `work` may take hours.
    ///   - waiting: told who has the lease, each time that somebody else is seen with it.
    func hold<Output>(
        on connection: Connection, beatingOn beating: Connection, waiting: (String) -> Void,
        _ work: () async throws(SQLError) -> Output
    ) async throws(SQLError) -> Output {
        try await take(on: connection, waiting: waiting)
        async let _ = keep(on: beating)
        do throws(SQLError) {
            let output = try await work()
            await giveBack(on: connection)
            return output
        } catch {
            await giveBack(on: connection)
            throw error
        }
    }

    private func take(
        on connection: Connection, waiting: (String) -> Void
    ) async throws(SQLError) {
        var seen: Holder?
        var since = ContinuousClock.now
        while true {
            guard let holder = try await holder(on: connection) else {
                // Only somebody who emptied the table by hand gets here; the row is ours to mend.
                try await connection.execute(
                    "INSERT IGNORE INTO schema_lock (lock_id, owner, beat) VALUES (1, '', 0)")
                continue
            }
            if holder != seen {
                if holder.owner != seen?.owner, !["", owner].contains(holder.owner) {
                    waiting(holder.owner)
                }
                seen = holder
                since = ContinuousClock.now
            }
            // Ours still, where the link was lost before it could be given back.
            let isFree = holder.owner.isEmpty || holder.owner == owner
            let isAbandoned = ContinuousClock.now - since >= timing.patience
            if isFree || isAbandoned, try await swap(holder, on: connection) { return }
            try await pause(timing.beat)
        }
    }

    /// Raises the counter until the task is cancelled.
    private func keep(on connection: Connection) async {
        while true {
            do {
                try await pause(timing.beat)
            } catch {
                return
            }
            // A beat that fails is followed by another; a lease that is lost shows when a step is noted.
            _ = try? await connection.execute(
                "UPDATE schema_lock SET beat = beat + 1 WHERE lock_id = 1 AND owner = \(owner)")
        }
    }

    /// Notes a step, as long as the lease is ours.
    ///
    /// - Returns: false where somebody else has taken over.
    func note(_ step: Migration, on connection: Connection) async throws(SQLError) -> Bool {
        let phase = step.phase.rawValue
        let count = try await connection.execute(
            """
            INSERT INTO schema_migration (version, name, phase, lowest, checksum)
            SELECT \(step.version), \(step.name), \(phase), \(step.lowest), \(step.checksum)
            FROM schema_lock WHERE lock_id = 1 AND owner = \(owner)
            """)
        return count == 1
    }

    private func giveBack(on connection: Connection) async {
        // Where this fails, the next runner waits until the counter has stood still.
        _ = try? await connection.execute(
            "UPDATE schema_lock SET owner = '', beat = beat + 1 WHERE owner = \(owner)")
    }

    private struct Holder: Equatable {
        let owner: String
        let beat: Int64
    }

    private func holder(on connection: Connection) async throws(SQLError) -> Holder? {
        let rows = try await connection.query(
            "SELECT owner, beat FROM schema_lock WHERE lock_id = 1")
        return rows.first.map { Holder(owner: $0.text(0), beat: $0.integer(1)) }
    }

    private func swap(_ holder: Holder, on connection: Connection) async throws(SQLError) -> Bool {
        do throws(SQLError) {
            return try await connection.execute(
                """
                UPDATE schema_lock SET owner = \(owner), beat = beat + 1
                WHERE lock_id = 1 AND owner = \(holder.owner) AND beat = \(holder.beat)
                """) == 1
        } catch {
            // On a cluster, the one that commits second is told so: it goes on waiting.
            if error.kind == .deadlock || error.kind == .busy { return false }
            throw error
        }
    }

    private func pause(_ duration: Duration) async throws(SQLError) {
        do {
            try await Task.sleep(for: duration)
        } catch {
            throw SQLError(kind: .cancelled, code: 0, message: "the upgrade was cancelled")
        }
    }
}

/// How often the owner of a lease shows that it lives, and how long others believe it without.
package struct SchemaLeaseTiming: Sendable {
    package let beat: Duration
    package let patience: Duration

    package init(beat: Duration, patience: Duration) {
        self.beat = beat
        self.patience = patience
    }

    package static let standard = SchemaLeaseTiming(beat: .seconds(2), patience: .seconds(15))
}
