/// Gathers the batches of many requests into few transactions.
///
/// While a group is being written, what arrives forms the next one: under load the groups grow by
/// themselves, and a lone batch never waits. Ceilometer sends one event a request on up to 64
/// connections, so this is what makes an acknowledgement cheap.
package actor GroupCommit: EventRecorder {
    private let storage: any EventStorage
    private let limits: GroupCommitLimits
    private var waiting: [Batch] = []
    private var waitingEvents = 0
    /// Groups being written now, and how many tasks write them.
    private var writing: [Int: [Batch]] = [:]
    private var writers = 0
    private var groupsBegun = 0
    private var isWatching = false

    package init(storage: any EventStorage, limits: GroupCommitLimits = GroupCommitLimits()) {
        self.storage = storage
        self.limits = limits
    }

    package func take(
        _ events: [IncomingEvent], arrived: ContinuousClock.Instant
    ) async throws(StorageError) -> EventReceipt {
        .stored(try await record(events, arrived: arrived))
    }

    /// As `EventStorage.record`, but several calls share one transaction.
    ///
    /// - Parameter arrived: when the batch came, perhaps to another queue before this one.
    /// - Throws: `.busy` at once when the queue is full, and when `limits.patience` is over. In the
    ///   second case the events may be stored all the same, a little later.
    package func record(
        _ events: [IncomingEvent], arrived: ContinuousClock.Instant = .now
    ) async throws(StorageError) -> [RecordOutcome] {
        if events.isEmpty { return [] }
        // A batch alone in the queue is always taken, or one larger than the queue never would be.
        guard waiting.isEmpty || waitingEvents + events.count <= limits.queuedEvents else {
            throw .busy(detail: "\(waitingEvents) events wait to be written")
        }
        let result = await withCheckedContinuation { reply in
            waiting.append(Batch(events, arrived, reply))
            waitingEvents += events.count
            if writers < limits.parallelGroups {
                writers += 1
                // Not a child of the request: the group outlives the batch that began it.
                Task { await self.writeGroups() }
            }
            watchPatience()
        }
        return try result.get()
    }

    /// Events that wait for the next group.
    package var queueDepth: Int { waitingEvents }

    private func writeGroups() async {
        while !waiting.isEmpty {
            let group = nextGroup()
            groupsBegun += 1
            let number = groupsBegun
            writing[number] = group
            await write(group)
            writing[number] = nil
        }
        writers -= 1
    }

    private func nextGroup() -> [Batch] {
        var count = 0
        var size = 0
        for batch in waiting {
            if count > 0, size + batch.events.count > limits.eventsPerGroup { break }
            count += 1
            size += batch.events.count
        }
        let group = Array(waiting.prefix(count))
        waiting.removeFirst(count)
        waitingEvents -= size
        return group
    }

    private func write(_ group: [Batch]) async {
        do throws(StorageError) {
            var outcomes = try await storage.record(group.flatMap(\.events))[...]
            for batch in group {
                batch.answer(.success(Array(outcomes.prefix(batch.events.count))))
                outcomes = outcomes.dropFirst(batch.events.count)
            }
        } catch {
            if case .failed = error, group.count > 1 {
                // Something in one batch may be more than the engine takes: the others need not
                // share its fate.
                for batch in group { await write([batch]) }
                return
            }
            for batch in group { batch.answer(.failure(error)) }
        }
    }
}

extension GroupCommit {
    /// Begins to look for batches that wait too long; ends when nothing waits.
    private func watchPatience() {
        guard limits.patience != nil, !isWatching else { return }
        isWatching = true
        // Not a child of the request: others wait with it.
        Task {
            while !waiting.isEmpty || !writing.isEmpty {
                // Nobody cancels this task, so the pause is a whole one.
                try? await Task.sleep(for: .milliseconds(100))
                answerOverdue(at: .now)
            }
            isWatching = false
        }
    }

    /// Tells the batches whose patience is over that they cannot wait. Those in the queue leave it;
    /// what is being written goes on, and its outcome is nobody's.
    package func answerOverdue(at now: ContinuousClock.Instant) {
        guard let patience = limits.patience else { return }
        let error = StorageError.busy(detail: "the store has not answered for \(patience)")
        // Not the first ones alone: a batch that has waited elsewhere stands behind younger ones.
        let overdue = waiting.filter { now - $0.arrived >= patience }
        if !overdue.isEmpty { waiting.removeAll { now - $0.arrived >= patience } }
        waitingEvents -= overdue.reduce(0) { $0 + $1.events.count }
        for batch in overdue { batch.answer(.failure(error)) }
        for group in writing.values {
            for batch in group where now - batch.arrived >= patience {
                batch.answer(.failure(error))
            }
        }
    }

    /// Events of one request, and who waits for their outcomes.
    private final class Batch {
        let events: [IncomingEvent]
        let arrived: ContinuousClock.Instant
        private var reply: CheckedContinuation<Result<[RecordOutcome], StorageError>, Never>?

        init(
            _ events: [IncomingEvent], _ arrived: ContinuousClock.Instant,
            _ reply: CheckedContinuation<Result<[RecordOutcome], StorageError>, Never>
        ) {
            self.events = events
            self.arrived = arrived
            self.reply = reply
        }

        /// The first answer counts: who was told to wait no longer has gone.
        func answer(_ result: Result<[RecordOutcome], StorageError>) {
            reply?.resume(returning: result)
            reply = nil
        }
    }
}

/// Bounds of the ingest queue. The defaults were measured: see docs/performance.md.
package struct GroupCommitLimits: Sendable, Equatable {
    /// Most events in one transaction; a larger batch has one of its own.
    package var eventsPerGroup: Int
    /// Most events that wait; beyond it a publisher is told to come back.
    package var queuedEvents: Int

    /// Most groups that are written side by side: one where the engine has one writer.
    package var parallelGroups: Int
    /// Longest time from the arrival of a batch to its answer; nil for as long as the store takes.
    /// Noticed with a delay of up to 0.1 s.
    package var patience: Duration?

    package init(
        eventsPerGroup: Int = 4096, queuedEvents: Int = 65_536, parallelGroups: Int = 1,
        patience: Duration? = nil
    ) {
        self.eventsPerGroup = eventsPerGroup
        self.queuedEvents = queuedEvents
        self.parallelGroups = parallelGroups
        self.patience = patience
    }
}
