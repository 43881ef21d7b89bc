package import EventStore

/// Gives every event of a source to a store.
///
/// Recording is idempotent, so going back some pages, or to the beginning, does no harm.
package struct CopyPass: Sendable {
    private let source: any CopySource
    private let target: any EventStorage
    private let digest: ContentDigest
    private let patience: Patience

    package init(
        from source: any CopySource, to target: any EventStorage,
        digest: @escaping ContentDigest, patience: Patience = Patience()
    ) {
        self.source = source
        self.target = target
        self.digest = digest
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
        while let page = next {
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

extension CopyState {
    fileprivate mutating func count(_ page: SourcePage, outcomes: [RecordOutcome]) {
        for (event, outcome) in zip(page.events, outcomes) { copied.count(outcome, of: event) }
        position = page.end
    }
}
