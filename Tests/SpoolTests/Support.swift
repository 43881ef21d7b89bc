import EventStore
import Foundation
import Logging
import MemoryStorage
import OpenSSL
import SQL
import StorageConformance
import Synchronization
import TestSupport
import Values

@testable import Spool

/// A spool in a directory of its own.
struct Place {
    let scratch: Scratch
    var path: String { scratch.path("spool") }

    init() throws {
        scratch = try Scratch()
    }

    func open(
        bytes: Int = 1 << 30, segmentBytes: Int? = nil,
        now: @escaping @Sendable () -> Timestamp = { .sample(0) }
    ) throws -> EventSpool {
        try EventSpool(
            path, limits: SpoolLimits(bytes: bytes, segmentBytes: segmentBytes),
            executor: BlockingExecutor(label: "test.spool"), digest: { SHA256.digest(of: $0) },
            now: now)
    }

    var files: [String] {
        get throws { try SpoolDirectory.names(path).filter { $0 != "lock" } }
    }

    var segments: [String] {
        get throws { try files.filter { SegmentFormat.number(ofName: $0) != nil } }
    }

    func contents(_ name: String) throws -> [UInt8] {
        try [UInt8](Data(contentsOf: scratch.url.appending(path: "spool/\(name)")))
    }

    func remove(_ name: String) {
        SpoolDirectory.remove(path + "/" + name)
    }

    func replace(_ name: String, by bytes: [UInt8]) throws {
        try Data(bytes).write(to: scratch.url.appending(path: "spool/\(name)"))
    }
}

extension EventSpool {
    func keep(_ events: Event...) async throws {
        try await keep(events.map { IncomingEvent($0, digest: { SHA256.digest(of: $0) }) })
    }

    func drain(into storage: any EventStorage) -> SpoolDrain {
        SpoolDrain(
            self, into: storage, digest: { SHA256.digest(of: $0) },
            line: { Array($0.messageID.utf8) },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// The ids that wait, read as the drain reads them, and nothing taken away.
    func nextIDs(_ count: Int = .max) async throws -> [String] {
        let group = try await log.next(events: count, bytes: 1 << 20)
        return (group?.records ?? []).compactMap { Event(canonicalBytes: $0.payload)?.messageID }
    }
}

/// Remembers the order in which events came in, and fails when it is told to.
final class FickleStorage: StandInStorage {
    let storage = MemoryEventStorage()
    private let state: Mutex<State>

    private struct State {
        var failures: [StorageError?]
        var arrivals: [String] = []
        var calls = 0
    }

    /// Ids of events that spoil every transaction they are in.
    let poison: Set<String>

    /// - Parameter failures: of one call after the other; nil where it takes its events.
    init(failures: [StorageError?] = [], poison: Set<String> = []) {
        state = Mutex(State(failures: failures))
        self.poison = poison
    }

    /// Takes events from now on.
    func heal() { state.withLock { $0.failures = [] } }

    var arrivals: [String] { state.withLock { $0.arrivals } }
    var calls: Int { state.withLock { $0.calls } }

    func record(_ events: [IncomingEvent]) async throws(StorageError) -> [RecordOutcome] {
        let failure = state.withLock { state -> StorageError? in
            state.calls += 1
            return state.failures.isEmpty ? nil : state.failures.removeFirst()
        }
        if let failure { throw failure }
        if events.contains(where: { poison.contains($0.event.messageID) }) {
            throw .failed(detail: "poison")
        }
        let outcomes = try await storage.record(events)
        state.withLock { state in
            for (event, outcome) in zip(events, outcomes) where outcome == .accepted {
                state.arrivals.append(event.event.messageID)
            }
        }
        return outcomes
    }
}
