package import EventStore
import Values

/// A store as a source: its events by time, then by id.
package struct StoreSource: CopySource {
    private let storage: any EventStorage
    private let pageSize: Int

    package init(_ storage: any EventStorage, pageSize: Int = 1000) {
        self.storage = storage
        self.pageSize = pageSize
    }

    package func eventCount() async throws(StorageError) -> Int? {
        try await storage.eventCount()
    }

    package func page(after position: SourcePosition?) async throws(StorageError) -> SourcePage? {
        var query = EventQuery(order: .oldestFirst, limit: pageSize)
        if let position {
            guard let after = EventPosition(position) else {
                throw .invalidQuery(reason: "\(position.text) is no place in a store of Annals")
            }
            query.after = after
            // What lies before in time need not be looked at again.
            query.start = after.generated
        }
        let events = try await storage.events(matching: query)
        guard let last = events.last else { return nil }
        return SourcePage(events: events, end: SourcePosition(EventPosition(of: last)))
    }
}

extension SourcePosition {
    /// `1577836800000000 ID`: microseconds, a space, the id.
    fileprivate init(_ position: EventPosition) {
        self.init("\(position.generated.microseconds) \(position.messageID)")
    }
}

extension EventPosition {
    fileprivate init?(_ position: SourcePosition) {
        let parts = position.text.split(
            separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let number = Int64(parts[0]),
            let generated = Timestamp(microseconds: number)
        else { return nil }
        self.init(generated: generated, messageID: String(parts[1]))
    }
}
