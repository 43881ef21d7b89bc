package import EventStore
internal import Synchronization
package import Values

/// Keeps events on this machine's disk until the store takes them.
///
/// While one group is brought to the disk, what arrives forms the next: one sync for all of them.
package actor EventSpool {
    nonisolated let log: SegmentLog
    nonisolated let arrivals: AsyncStream<Void>
    private nonisolated let arrived: AsyncStream<Void>.Continuation
    nonisolated let catchUp = CatchUp()
    private nonisolated let now: @Sendable () -> Timestamp
    private var waiting: [Batch] = []
    private var isWriting = false

    private struct Batch {
        let payloads: [[UInt8]]
        let reply: CheckedContinuation<Result<Void, SpoolError>, Never>
    }

    /// Takes the directory for this process and finds what an earlier one left there.
    ///
    /// - Parameters:
    ///   - directory: made where it is missing; those above it must be there.
    ///   - executor: of a thread that may block.
    ///   - digest: SHA-256.
    package init(
        _ directory: String, limits: SpoolLimits, executor: any SerialExecutor,
        digest: @escaping ContentDigest, now: @escaping @Sendable () -> Timestamp
    ) throws(SpoolError) {
        log = try SegmentLog(directory, limits, executor: executor, digest: digest)
        (arrivals, arrived) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        self.now = now
        if status.isEmpty { return }
        // Where damage hides how long events have waited, they wait at least from now on.
        log.status.withLock { $0.oldest = $0.oldest ?? now().microseconds }
        arrived.yield()
    }

    package nonisolated var status: SpoolStatus { log.status.withLock { $0 } }

    /// Nothing waits here: what comes now may go to the store directly and overtakes nothing.
    package nonisolated var isEmpty: Bool { log.status.withLock(\.isEmpty) }

    /// Brings the events to the disk. When this returns they survive a crash of the machine.
    ///
    /// - Throws: `.full` or `.disk`; nothing of the batch is promised then.
    package nonisolated func keep(_ events: [IncomingEvent]) async throws(SpoolError) {
        if events.isEmpty { return }
        try await write(events.map { $0.event.canonicalBytes() })
    }

    /// Looks whether a failure of the disk is over, without waiting for the next batch.
    package nonisolated func probe() async {
        // Where all is well nobody has to wait for the disk.
        if status.failure != nil { await log.probe() }
    }

    /// Leaves the directory to another process. What waits stays there.
    package func close() async {
        await log.close()
    }

    private func write(_ payloads: [[UInt8]]) async throws(SpoolError) {
        let result = await withCheckedContinuation { reply in
            waiting.append(Batch(payloads: payloads, reply: reply))
            if !isWriting {
                isWriting = true
                // Not a child of the request: it writes for others, too.
                Task { await self.writeGroups() }
            }
        }
        try result.get()
    }

    private func writeGroups() async {
        while !waiting.isEmpty {
            let group = waiting
            waiting = []
            await write(group)
            arrived.yield()
        }
        isWriting = false
    }

    private func write(_ group: [Batch]) async {
        do throws(SpoolError) {
            try await log.append(group.flatMap(\.payloads), at: now().microseconds)
            for batch in group { batch.reply.resume(returning: .success(())) }
        } catch {
            if case .full = error, group.count > 1 {
                // There may be room for some.
                for batch in group { await write([batch]) }
                return
            }
            for batch in group { batch.reply.resume(returning: .failure(error)) }
        }
    }
}
