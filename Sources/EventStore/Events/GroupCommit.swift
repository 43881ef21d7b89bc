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
    /// Groups being written now.
    private var writing = 0

    private struct Batch {
        let events: [IncomingEvent]
        let reply: CheckedContinuation<Result<[RecordOutcome], StorageError>, Never>
    }

    package init(storage: any EventStorage, limits: GroupCommitLimits = GroupCommitLimits()) {
        self.storage = storage
        self.limits = limits
    }

    package func record(
        _ events: [IncomingEvent]
    ) async throws(StorageError) -> [RecordOutcome] {
        if events.isEmpty { return [] }
        // A batch alone in the queue is always taken, or one larger than the queue never would be.
        guard waiting.isEmpty || waitingEvents + events.count <= limits.queuedEvents else {
            throw .busy(detail: "\(waitingEvents) events wait to be written")
        }
        let result = await withCheckedContinuation { reply in
            waiting.append(Batch(events: events, reply: reply))
            waitingEvents += events.count
            if writing < limits.parallelGroups {
                writing += 1
                // Not a child of the request: the group outlives the batch that began it.
                Task { await self.writeGroups() }
            }
        }
        return try result.get()
    }

    /// Events that wait for the next group.
    package var queueDepth: Int { waitingEvents }

    private func writeGroups() async {
        while !waiting.isEmpty {
            let group = nextGroup()
            await write(group)
        }
        writing -= 1
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
                batch.reply.resume(returning: .success(Array(outcomes.prefix(batch.events.count))))
                outcomes = outcomes.dropFirst(batch.events.count)
            }
        } catch {
            if case .failed = error, group.count > 1 {
                // Something in one batch may be more than the engine takes: the others need not
                // share its fate.
                for batch in group { await write([batch]) }
                return
            }
            for batch in group { batch.reply.resume(returning: .failure(error)) }
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

    package init(
        eventsPerGroup: Int = 4096, queuedEvents: Int = 65_536, parallelGroups: Int = 1
    ) {
        self.eventsPerGroup = eventsPerGroup
        self.queuedEvents = queuedEvents
        self.parallelGroups = parallelGroups
    }
}
