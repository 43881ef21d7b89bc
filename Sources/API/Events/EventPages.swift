internal import EventStore
internal import Values

/// The events of one query, page by page: an answer of any length takes the memory of a page.
actor EventPages {
    private let storage: any EventStorage
    private var query: EventQuery
    /// Events still wanted.
    private var left: Int
    private var isAtEnd = false
    private let ends: RecentPositions?

    /// Small, because each client that does not read its answer holds a page: hundreds of them did
    /// not fit in 300 MiB with pages of 1,000. A page takes less than a millisecond to find.
    private static let largestPage = 100
    private static let mostBytes = 1 << 20

    /// - Parameter ends: is told where the answer ends.
    init(
        _ query: EventQuery, in storage: any EventStorage, notingEndIn ends: RecentPositions? = nil
    ) {
        self.storage = storage
        self.ends = ends
        self.query = query
        self.query.mostBytes = Self.mostBytes
        left = query.limit
    }

    /// True once there is no further page.
    var isDone: Bool { isAtEnd || left == 0 }

    /// The next page; empty at the end.
    func next() async throws(StorageError) -> [Event] {
        if isDone { return [] }
        query.limit = min(Self.largestPage, left)
        let events = try await storage.events(matching: query)
        left -= events.count
        // A page of large events is shorter than was asked for, and not the last.
        let bytes = events.reduce(0) { $0 + $1.byteCount }
        isAtEnd = events.count < query.limit && bytes <= query.mostBytes
        if let last = events.last { query.after = EventPosition(of: last) }
        if isDone, let end = query.after { ends?.note(end, seenWith: query.visibility) }
        return events
    }
}
