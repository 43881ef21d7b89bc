package import EventStore
package import Logging
import Values

/// Brings what is in the spool into the store, in order, whenever the store takes it.
package struct SpoolDrain: Sendable {
    private let spool: EventSpool
    private let storage: any EventStorage
    private let digest: ContentDigest
    private let line: @Sendable (Event) -> [UInt8]
    private let report: DrainReport

    /// - Parameters:
    ///   - digest: SHA-256.
    ///   - line: an event as one line of JSON, for the files of events that were set aside.
    package init(
        _ spool: EventSpool, into storage: any EventStorage, digest: @escaping ContentDigest,
        line: @escaping @Sendable (Event) -> [UInt8], logger: Logger
    ) {
        self.spool = spool
        self.storage = storage
        self.digest = digest
        self.line = line
        report = DrainReport(spool, logger)
    }

    /// What to try next, and how soon.
    private struct Pace {
        /// Most events of a group.
        var events = 4096
        /// Most single events that may fail before one goes in.
        var patience = 16
        var pause = Duration.zero

        static let groupBytes = 4 << 20

        mutating func succeed() {
            self = Pace()
        }

        mutating func fail(_ error: StorageError?) {
            pause = min(max(pause * 2, .milliseconds(50)), .seconds(1))
            switch error {
            // Fewer take less time.
            case .timedOut: events = max(16, events / 4)
            // Among more events there may be one that goes in.
            case .failed: (events, patience) = (min(events * 2, 65_536), min(patience * 2, 65_536))
            default: break
            }
        }
    }

    private enum Step {
        case drained
        case empty
    }

    /// Drains whenever something waits, until it is cancelled. What is left stays on the disk.
    package func run() async {
        for await _ in spool.arrivals {
            await drain()
        }
    }

    /// Until the spool is empty, or the task is cancelled.
    ///
    /// - Returns: false where something is left.
    @discardableResult
    package func drain() async -> Bool {
        var pace = Pace()
        while !Task.isCancelled {
            do {
                if try await step(pace) == .empty {
                    await spool.catchUp.stop()
                    report.emptied()
                    return true
                }
                pace.succeed()
            } catch {
                if Task.isCancelled { break }
                await spool.catchUp.stop()
                report.failed(error)
                pace.fail(error as? StorageError)
                // A cancelled pause ends the loop at its condition.
                try? await Task.sleep(for: pace.pause)
            }
        }
        return spool.isEmpty
    }

    private func step(_ pace: Pace) async throws -> Step {
        let log = spool.log
        guard let group = try await log.next(events: pace.events, bytes: Pace.groupBytes) else {
            return .empty
        }
        let events = Spooled(group, digest)
        var search = PoisonSearch(events.incoming, into: storage, patience: pace.patience)
        let result = try await search.run()
        let conflicts = events.with(.conflict, in: result)
        let refused = events.with(nil, in: result)
        // Before they are counted as drained, or a crash in between would lose them.
        for place in events.damages { try await log.keep(place) }
        try await log.keep(conflicts.map(line), as: .conflict)
        try await log.keep(refused.map(line), as: .refused)
        await log.advance(to: group.end, past: group.records.last?.number)
        report.drained(result, conflicts, refused, events.damages)
        if spool.isEmpty { return .empty }
        await spool.catchUp.drained(events.incoming.count)
        return .drained
    }
}

/// The events of a group. A record that is whole and yet no event is damage, too.
private struct Spooled {
    private(set) var incoming: [IncomingEvent] = []
    private(set) var damages: [DamagedPlace]

    init(_ group: SpooledGroup, _ digest: ContentDigest) {
        damages = group.damages
        incoming.reserveCapacity(group.records.count)
        for record in group.records {
            if let event = Event(canonicalBytes: record.payload) {
                incoming.append(IncomingEvent(event, digest: digest))
            } else {
                damages.append(
                    DamagedPlace(
                        segment: group.end.segment, offset: Int(clamping: record.number),
                        bytes: record.payload))
            }
        }
    }

    func with(_ outcome: RecordOutcome?, in result: PoisonSearch.Result) -> [Event] {
        zip(incoming, result.outcomes).filter { $0.1 == outcome }.map { $0.0.event }
    }
}
