package import EventStore
package import Values

/// Gives every event of a source to a store.
///
/// Recording is idempotent, so going back some pages, or to the beginning, does no harm.
package struct CopyPass: Sendable {
    private let source: any CopySource
    private let target: any EventStorage
    private let digest: ContentDigest
    private let now: Timestamp
    private let patience: Patience

    /// - Parameter now: the present; the target looks after what comes behind it by itself.
    package init(
        from source: any CopySource, to target: any EventStorage,
        digest: @escaping ContentDigest, now: Timestamp, patience: Patience = Patience()
    ) {
        self.source = source
        self.target = target
        self.digest = digest
        self.now = now
        self.patience = patience
    }

    /// Copies what comes after `state.position`.
    ///
    /// - Parameter afterPage: told after each page that is durable in the target; returns false
    ///   to stop there.
    /// - Returns: true where the source's end was reached.
    package func run(
        _ state: inout CopyState, afterPage: (CopyState) throws(StorageError) -> Bool
    ) async throws(StorageError) -> Bool {
        var next = try await page(after: state.position)
        var room = Room(target, now: now)
        while let page = next {
            await room.prepare(for: page.events)
            // The page behind it is read while this one is written.
            async let following = result(after: page.end)
            let written = await recorded(page)
            let read = await following
            try state.count(page, outcomes: written.get())
            guard try afterPage(state) else { return false }
            next = try read.get()
        }
        return true
    }

    private func page(
        after position: SourcePosition?
    ) async throws(StorageError) -> SourcePage? {
        try await patience.run { () throws(StorageError) in
            try await source.page(after: position)
        }
    }

    private func result(
        after position: SourcePosition
    ) async -> Result<SourcePage?, StorageError> {
        do throws(StorageError) {
            return .success(try await page(after: position))
        } catch {
            return .failure(error)
        }
    }

    private func recorded(_ page: SourcePage) async -> Result<[RecordOutcome], StorageError> {
        let incoming = page.events.map { IncomingEvent($0, digest: digest) }
        do throws(StorageError) {
            let outcomes = try await patience.run { () throws(StorageError) in
                try await target.record(incoming)
            }
            guard outcomes.count == incoming.count else {
                throw .failed(detail: "\(outcomes.count) outcomes for \(incoming.count) events")
            }
            return .success(outcomes)
        } catch {
            return .failure(error)
        }
    }
}

/// Lets the target make room for times long gone, as it does by itself for those to come: an engine
/// with partitions would otherwise keep all the past in one.
private struct Room {
    private let target: any EventStorage
    private let now: Timestamp
    private var preparedAt: Timestamp?
    /// Less than the shortest partition.
    private static let step: Int64 = 3_600_000_000

    init(_ target: any EventStorage, now: Timestamp) {
        self.target = target
        self.now = now
    }

    mutating func prepare(for events: [Event]) async {
        // Where most of the page is: a few events of odd times are not worth a partition each.
        let times = events.map(\.generated).sorted()
        guard !times.isEmpty else { return }
        let middle = times[times.count / 2]
        // Room for a wrong time far ahead would leave none for those between.
        if middle > now { return }
        if let preparedAt, abs(middle.microseconds - preparedAt.microseconds) < Self.step { return }
        preparedAt = middle
        // Without room the events are written all the same, just not apart from others.
        _ = try? await target.maintain(at: middle, droppingBefore: nil)
    }
}

extension CopyState {
    fileprivate mutating func count(_ page: SourcePage, outcomes: [RecordOutcome]) {
        for (event, outcome) in zip(page.events, outcomes) { copied.count(outcome, of: event) }
        position = page.end
    }
}
