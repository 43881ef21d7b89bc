internal import EventStore
internal import Values

/// The events of one query, page by page: an answer of any length takes the memory of a page.
actor EventPages {
    private let storage: any EventStorage
    private var query: EventQuery
    /// Events still wanted.
    private var left: Int
    private var pageSize = 100
    private var isAtEnd = false

    /// About so many bytes of events are held at once.
    private static let pageBytes = 1 << 20
    private static let largestPage = 1000

    init(_ query: EventQuery, in storage: any EventStorage) {
        self.storage = storage
        self.query = query
        left = query.limit
    }

    /// True once there is no further page.
    var isDone: Bool { isAtEnd || left == 0 }

    /// The next page; empty at the end.
    func next() async throws(StorageError) -> [Event] {
        if isDone { return [] }
        query.limit = min(pageSize, left)
        let events = try await storage.events(matching: query)
        left -= events.count
        isAtEnd = events.count < query.limit
        if let last = events.last { query.after = EventPosition(of: last) }
        adapt(to: events)
        return events
    }

    /// Events differ in size by a factor of thousands; the next page is sized by this one.
    private func adapt(to events: [Event]) {
        if events.isEmpty { return }
        let bytes = events.reduce(0) { $0 + $1.raw.text.utf8.count + 100 * ($1.traits.count + 2) }
        pageSize = max(1, min(Self.largestPage, Self.pageBytes / (bytes / events.count + 1)))
    }
}
