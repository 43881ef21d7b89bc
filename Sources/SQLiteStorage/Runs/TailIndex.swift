import EventStore
import Synchronization
import Values

/// The index of the youngest events, in memory, until a run on disk takes over.
///
/// Made of segments: the last one grows, the others are full and wait to be written as runs.
final class TailIndex: Sendable {
    private let segments = Mutex<[TailSegment]>([])
    private let sizes: RunSizes

    init(_ sizes: RunSizes) {
        self.sizes = sizes
    }

    /// Adds events that were just committed, before anybody is told so: a query that begins after
    /// the acknowledgement finds them.
    func append(_ events: [TailEvent]) {
        segments.withLock { segments in
            for event in events {
                if segments.last.map(isFull) ?? true { segments.append(TailSegment()) }
                segments[segments.count - 1].append(event)
            }
        }
    }

    /// The oldest segment that is full, for writing it as a run.
    func oldestFullSegment() -> TailSegment? {
        segments.withLock { $0.first.flatMap { isFull($0) ? $0 : nil } }
    }

    /// Forgets the oldest segment: its run serves now.
    func removeOldestSegment() {
        segments.withLock { _ = $0.removeFirst() }
    }

    /// Every segment's candidates. Taken before the database is read: what leaves the tail in
    /// between is found in a run.
    func candidates(_ plan: IndexPlan) -> [TailCandidates] {
        segments.withLock { segments in
            segments.compactMap { $0.candidates(plan) }
        }
    }

    private func isFull(_ segment: TailSegment) -> Bool {
        segment.entries.count >= sizes.eventsPerRun
    }

    var eventCount: Int { segments.withLock { $0.reduce(0) { $0 + $1.entries.count } } }
    var fullSegments: Int { segments.withLock { $0.count(where: isFull) } }
}

/// A committed event as the tail needs it.
struct TailEvent: Sendable {
    let number: Int64
    let position: EventPosition
    let keys: [Int64]
}

struct TailEntry: Sendable {
    let number: Int64
    let position: EventPosition
}

/// Entries in time order that have the keys a plan asks for.
struct TailCandidates: Sendable {
    let entries: [TailEntry]
    let earliest: Int64
    let latest: Int64
}

/// Up to one run's worth of events.
struct TailSegment: Sendable {
    private(set) var entries: [TailEntry] = []
    /// Places in `entries`, ascending.
    private(set) var postings: [Int64: [UInt32]] = [:]

    mutating func append(_ event: TailEvent) {
        let place = UInt32(entries.count)
        entries.append(TailEntry(number: event.number, position: event.position))
        for key in event.keys { postings[key, default: []].append(once: place) }
    }

    func candidates(_ plan: IndexPlan) -> TailCandidates? {
        var places: [UInt32]?
        for term in plan.terms {
            let found = term.reduce([]) { RankList.union($0, postings[$1] ?? []) }
            places = places.map { RankList.intersection($0, found) } ?? found
            if places?.isEmpty == true { return nil }
        }
        let chosen = places.map { $0.map { entries[Int($0)] } } ?? entries
        let times = chosen.map(\.position.generated.microseconds)
        guard let earliest = times.min(), let latest = times.max() else { return nil }
        return TailCandidates(entries: chosen, earliest: earliest, latest: latest)
    }
}

extension [UInt32] {
    /// The same key twice in one event: once is enough. One search in the table, not two.
    fileprivate mutating func append(once place: UInt32) {
        if last != place { append(place) }
    }
}
