internal import EventStore

/// Stores a group of events, and finds the single ones that the store refuses: a group that fails is
/// halved until each part goes in or is one event.
///
/// An event is refused only where the store took others at the same time, before and after it: a
/// store that takes nothing at all is broken, and the events are not to blame.
struct PoisonSearch {
    private let storage: any EventStorage
    private let events: [IncomingEvent]
    /// Most single events that may fail before the first part goes in.
    private let patience: Int
    private var outcomes: [RecordOutcome?]
    private var suspects: [(place: Int, detail: String)] = []
    private var stored = 0

    struct Result {
        /// One for each event; nil for those that the store refuses.
        let outcomes: [RecordOutcome?]
        /// Why the first of them was refused.
        let reason: String?
    }

    init(_ events: [IncomingEvent], into storage: any EventStorage, patience: Int) {
        self.storage = storage
        self.events = events
        self.patience = patience
        outcomes = Array(repeating: nil, count: events.count)
    }

    /// - Throws: what the store throws where it takes nothing, or cannot be asked now. All may be
    ///   given to it again.
    mutating func run() async throws(StorageError) -> Result {
        try await store(0..<events.count)
        if let first = suspects.first, stored == 0 { throw .failed(detail: first.detail) }
        var reason: String?
        for suspect in suspects {
            do throws(StorageError) {
                outcomes[suspect.place] = try await storage.record([events[suspect.place]]).first
            } catch {
                guard case .failed(let detail) = error else { throw error }
                try await proveStore()
                reason = reason ?? detail
            }
        }
        return Result(outcomes: outcomes, reason: reason)
    }

    /// Gives the store an event that it has: only one that still takes anything may blame another.
    ///
    /// - Throws: what the store throws, as it may have broken since it took the last one.
    private func proveStore() async throws(StorageError) {
        guard let place = outcomes.firstIndex(where: { $0 != nil }) else { return }
        _ = try await storage.record([events[place]])
    }

    private mutating func store(_ range: Range<Int>) async throws(StorageError) {
        if range.isEmpty { return }
        do throws(StorageError) {
            let part = try await storage.record(Array(events[range]))
            guard part.count == range.count else {
                throw .unavailable(detail: "\(part.count) outcomes for \(range.count) events")
            }
            for (place, outcome) in zip(range, part) { outcomes[place] = outcome }
            stored += range.count
        } catch {
            guard case .failed(let detail) = error else { throw error }
            if range.count == 1 {
                suspects.append((range.lowerBound, detail))
                if stored == 0, suspects.count >= patience { throw error }
                return
            }
            let middle = range.lowerBound + range.count / 2
            try await store(range.lowerBound..<middle)
            try await store(middle..<range.upperBound)
        }
    }
}
