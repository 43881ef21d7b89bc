package import EventStore
import Values

/// Reads a source again, and finds each of its events in the target.
package struct ComparePass: Sendable {
    private let source: any CopySource
    private let lookup: EventLookup
    private let digest: ContentDigest
    private let patience: Patience

    package init(
        _ source: any CopySource, with target: any EventStorage,
        digest: @escaping ContentDigest, patience: Patience = Patience()
    ) {
        self.source = source
        lookup = EventLookup(target)
        self.digest = digest
        self.patience = patience
    }

    /// Compares what comes after `state.comparedTo`.
    ///
    /// - Parameter afterPage: told after each page; returns false to stop there.
    /// - Returns: true where the source's end was reached.
    package func run(
        _ state: inout CopyState, afterPage: (CopyState) throws(StorageError) -> Bool
    ) async throws(StorageError) -> Bool {
        while true {
            let position = state.comparedTo
            let page = try await patience.run { () throws(StorageError) in
                try await source.page(after: position)
            }
            guard let page else { break }
            let found = try await patience.run { () throws(StorageError) in
                try await lookup.events(like: page.events)
            }
            for event in page.events {
                state.compared.compare(event, with: found[ExactText(event.messageID)], by: digest)
            }
            for change in page.changes { state.compared.count(change) }
            state.comparedTo = page.end
            guard try afterPage(state) else { return false }
        }
        state.isCompared = true
        return true
    }
}

extension ComparisonTally {
    fileprivate mutating func compare(
        _ event: Event, with other: Event?, by digest: ContentDigest
    ) {
        events += 1
        let content = digest(event.contentBytes())
        sourceSum.add(content)
        guard let other else {
            missingIDs.keep(event.messageID)
            return
        }
        found += 1
        let otherContent = digest(other.contentBytes())
        targetSum.add(otherContent)
        if content != otherContent {
            different += 1
            differentIDs.keep(event.messageID)
        } else if event != other {
            alike += 1
        }
    }
}
