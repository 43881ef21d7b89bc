import EventStore
import PostgreSQL
import SQL
import Values

/// One page of events in the order of time, piece by piece of time.
struct EventSearch {
    private let query: EventQuery
    private let conditions: SearchConditions
    private let rows: EventRows
    private let deadline: ContinuousClock.Instant
    private var page: EventPage
    /// Events that the next walk looks at.
    private var stride: Int
    /// Microseconds that the last walk has covered.
    private var span: Int64 = 0
    /// No window is wider, in microseconds: a hundred years.
    private static let longest: Int64 = 3_155_760_000_000_000
    /// The index on traits finds what is asked for faster than a walk.
    private var isRare = false
    /// The page goes on behind it.
    private var after: EventPosition?

    init(_ query: EventQuery, _ conditions: SearchConditions, _ rows: EventRows) {
        self.query = query
        self.conditions = conditions
        self.rows = rows
        deadline = .now + rows.limit
        page = EventPage(for: query)
        after = query.after
        stride = rows.sizes.probedEvents
    }

    /// - Parameter windows: in the order of time that is asked for.
    mutating func page(in windows: [TimeWindow]) async throws(SQLError) -> [Event] {
        for window in windows where !page.isFull {
            if conditions.traitKeys.isEmpty || !query.order.sortsByTime {
                try await search(window, byTraits: false)
            } else {
                try await searchByTraits(window)
            }
        }
        return page.events
    }

    /// A frequent value is found by walking in the order of time, a rare one by the index on traits.
    /// What the first rows show decides; the server's statistics do not know the values that are
    /// rare, and a walk for one of those would not end.
    private mutating func searchByTraits(_ window: TimeWindow) async throws(SQLError) {
        var rest = window
        while !isRare, !page.isFull {
            guard let first = try await firstEvents(of: rest) else {
                try await search(rest, byTraits: false)
                return
            }
            span = first.span
            guard let (walked, other) = rest.divided(at: edge(of: first), ascending: ascending)
            else { break }
            let before = page.events.count
            try await search(walked, byTraits: false)
            rest = other
            learn(from: page.events.count - before)
        }
        try await searchByIndex(rest)
    }

    /// Window by window, each wider than the last for as long as they show something: a value that is
    /// frequent after all is not read as a whole. What shows nothing is rare, and read at once.
    private mutating func searchByIndex(_ window: TimeWindow) async throws(SQLError) {
        var rest = window
        while !page.isFull {
            span = min(span, Self.longest) * 16
            let start = ascending ? rest.start : rest.end
            let edge = start.advanced(byMicroseconds: ascending ? span : -span)
            guard let (piece, other) = rest.divided(at: edge, ascending: ascending) else { break }
            let before = page.events.count
            try await search(piece, byTraits: true)
            rest = other
            if page.events.count == before { break }
        }
        if !page.isFull { try await search(rest, byTraits: true) }
    }

    /// - Parameter found: how many of the last `stride` events match.
    private mutating func learn(from found: Int) {
        let wanted = query.limit - page.events.count
        guard found >= 8, wanted * stride / found <= 12 * rows.sizes.probedEvents else {
            isRare = true
            return
        }
        stride = max(stride, wanted * stride / found)
    }

    private func edge(of first: TimeWindow) -> Timestamp {
        // The cut belongs to the later part, so an ascending walk leaves out its last instant.
        ascending ? first.end : first.start
    }

    /// - Returns: the times of the first `stride` events of a window, whatever their traits; nil where
    ///   it holds no more than those.
    private func firstEvents(of window: TimeWindow) async throws(SQLError) -> TimeWindow? {
        let direction = SQLStatement(stringLiteral: ascending ? "ASC" : "DESC")
        let rows = try await rows.search(
            """
            SELECT min(generated), max(generated), count(*) FROM (
                SELECT generated FROM event WHERE \(window.condition)
                ORDER BY generated \(direction) LIMIT \(stride + 1)
            ) AS first
            """, within: remainingTime())
        guard let row = rows.first, row.integer(2) > stride,
            let start = Timestamp(microseconds: row.integer(0)),
            let end = Timestamp(microseconds: row.integer(1))
        else { return nil }
        return TimeWindow(start, end)
    }

    private var ascending: Bool { query.order.isTimeAscending }

    private mutating func search(
        _ window: TimeWindow, byTraits: Bool
    ) async throws(SQLError) {
        while !page.isFull {
            let wanted = min(query.limit - page.events.count, rows.sizes.mostRows)
            let found = try await rows.search(
                statement(window, atMost: wanted, byTraits: byTraits), within: remainingTime())
            let names = try await rows.types.names(
                of: Set(found.map { $0.integer(1) }), on: rows.connection)
            for row in found where !page.isFull {
                guard let event = try await rows.event(from: row, names) else { continue }
                after = EventPosition(of: event)
                if query.matches(event) { page.append(event) }
            }
            if found.count < wanted { return }
        }
    }

    func statement(_ window: TimeWindow, atMost count: Int, byTraits: Bool) -> SQLStatement {
        var condition = window.condition + conditions.common
        if let after { condition += Self.behind(after, query.order) }
        let order = order(byTraits: byTraits)
        let searches = conditions.alternatives.map { alternative -> SQLStatement in
            """
            SELECT message_id, \(EventRows.columns) FROM event WHERE \(condition)\(alternative)
            ORDER BY \(order) LIMIT \(count)
            """
        }
        guard searches.count > 1, let first = searches.first else { return searches[0] }
        let union = searches.dropFirst().reduce("(\(first))" as SQLStatement) {
            $0 + " UNION ALL (\($1))"
        }
        return union + " ORDER BY \(self.order(byTraits: false)) LIMIT \(count)"
    }

    private func order(byTraits: Bool) -> SQLStatement {
        let time = query.order.isTimeAscending ? "ASC" : "DESC"
        let id = query.order.isIDAscending ? "ASC" : "DESC"
        guard query.order.sortsByTime else {
            return SQLStatement(stringLiteral: "message_id \(id)")
        }
        // An expression has no index: the server has to find the events by what they are.
        let generated = byTraits ? "generated + interval '0'" : "generated"
        return SQLStatement(stringLiteral: "\(generated) \(time), message_id \(id)")
    }

    private static func behind(_ place: EventPosition, _ order: EventOrder) -> SQLStatement {
        let idSign = SQLStatement(stringLiteral: order.isIDAscending ? ">" : "<")
        guard order.sortsByTime else { return " AND message_id \(idSign) \(place.messageID)" }
        let timeSign = SQLStatement(stringLiteral: order.isTimeAscending ? ">" : "<")
        let time = SQLValue(place.generated)
        return """
             AND (generated \(timeSign) \(time)
                OR (generated = \(time) AND message_id \(idSign) \(place.messageID)))
            """
    }

    func remainingTime() throws(SQLError) -> Duration {
        let left = deadline - .now
        guard left > .zero else {
            throw SQLError(kind: .timedOut, code: 0, message: "the query ran into its time limit")
        }
        return left
    }
}
