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
    private var pace: SearchPace
    /// The page goes on behind it.
    private var after: EventPosition?

    init(_ query: EventQuery, _ conditions: SearchConditions, _ rows: EventRows) {
        self.query = query
        self.conditions = conditions
        self.rows = rows
        deadline = .now + rows.limit
        page = EventPage(for: query)
        after = query.after
        pace = SearchPace(probe: rows.sizes.probedEvents)
    }

    /// - Parameter windows: in the order of time that is asked for.
    mutating func page(in windows: [TimeWindow]) async throws(SQLError) -> [Event] {
        for window in windows where !page.isFull {
            if conditions.traitKeys.isEmpty || !query.order.sortsByTime {
                try await search(window, by: .order)
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
        if !pace.isProbed {
            guard let (first, sample) = try await probe(rest) else {
                try await search(rest, by: .order)
                return
            }
            pace.learn(sample, wanted: wanted)
            if pace.isRare {
                // A window is to begin where the events do, which may be centuries later.
                rest = ascending ? rest.from(first.start) : rest.until(first.end)
            } else {
                rest = try await walk(first, of: rest)
            }
        }
        while !pace.isRare, !page.isFull {
            guard let next = try await firstEvents(of: rest) else {
                try await search(rest, by: .order)
                return
            }
            let before = page.events.count
            rest = try await walk(next, of: rest)
            pace.learn(found: page.events.count - before, wanted: wanted)
        }
        try await searchByIndex(rest)
    }

    /// - Parameter stretch: the first events of `window`.
    /// - Returns: what comes behind it.
    private mutating func walk(
        _ stretch: TimeWindow, of window: TimeWindow
    ) async throws(SQLError) -> TimeWindow {
        // The cut belongs to the later part, so an ascending walk leaves out its last instant.
        let edge = ascending ? stretch.end : stretch.start
        guard let (walked, rest) = window.divided(at: edge, ascending: ascending) else {
            pace.note(span: 1, found: 0)
            return window
        }
        let before = page.events.count
        try await search(walked, by: .order)
        pace.note(span: stretch.span, found: page.events.count - before)
        return rest
    }

    /// Window by window, each as wide as what was found before it says that the page needs: a value
    /// that is not so rare is not read as a whole.
    private mutating func searchByIndex(_ window: TimeWindow) async throws(SQLError) {
        var rest = window
        while !page.isFull, let span = pace.window(wanted: wanted) {
            let start = ascending ? rest.start : rest.end
            let edge = start.advanced(byMicroseconds: ascending ? span : -span)
            guard let (piece, other) = rest.divided(at: edge, ascending: ascending) else { break }
            let before = page.events.count
            try await search(piece, by: .index)
            pace.note(span: span, found: page.events.count - before)
            rest = other
        }
        if !page.isFull { try await search(rest, by: .index) }
    }

    /// What the next statement should bring.
    private var wanted: Int {
        max(1, min(query.limit - page.events.count, rows.sizes.mostRows))
    }

    /// Looks at the next events of a window, whatever their traits.
    ///
    /// - Returns: where they are and what they show; nil where the window holds no more than those.
    private func probe(
        _ window: TimeWindow
    ) async throws(SQLError) -> (first: TimeWindow, sample: SearchSample)? {
        let matches = conditions.common + conditions.traitsByRow + conditions.anyAlternative
        var counts: SQLStatement = "count(*) FILTER (WHERE true\(matches))"
        for key in conditions.traitKeys {
            counts += ", count(*) FILTER (WHERE \(SearchConditions.has(key)))"
        }
        guard let row = try await first(of: window, columns: "*", counting: ", " + counts),
            let place = stretch(row)
        else { return nil }
        let rarest = conditions.traitKeys.indices.map { row.integer(4 + $0) }.min() ?? 0
        let sample = SearchSample(
            events: pace.stride, span: place.span, matches: Int(row.integer(3)),
            rarest: Int(rarest))
        return (place, sample)
    }

    /// - Returns: the times of the next `stride` events of a window, whatever their traits; nil where
    ///   it holds no more than those.
    private func firstEvents(of window: TimeWindow) async throws(SQLError) -> TimeWindow? {
        try await first(of: window, columns: "generated", counting: "").flatMap(stretch)
    }

    private func first(
        of window: TimeWindow, columns: SQLStatement, counting counts: SQLStatement
    ) async throws(SQLError) -> SQLRow? {
        let direction = SQLStatement(stringLiteral: ascending ? "ASC" : "DESC")
        return try await rows.search(
            """
            SELECT min(generated), max(generated), count(*)\(counts) FROM (
                SELECT \(columns) FROM event WHERE \(left(of: window).condition)
                ORDER BY generated \(direction) LIMIT \(pace.stride + 1)
            ) AS first
            """, within: remainingTime()
        ).first
    }

    private func stretch(_ row: SQLRow) -> TimeWindow? {
        guard row.integer(2) > pace.stride, let start = Timestamp(microseconds: row.integer(0)),
            let end = Timestamp(microseconds: row.integer(1))
        else { return nil }
        return TimeWindow(start, end)
    }

    private var ascending: Bool { query.order.isTimeAscending }

    private mutating func search(
        _ window: TimeWindow, by way: SearchWay
    ) async throws(SQLError) {
        while !page.isFull {
            let wanted = wanted
            let found = try await rows.search(
                statement(window, atMost: wanted, by: way), within: remainingTime())
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

    private func statement(
        _ window: TimeWindow, atMost count: Int, by way: SearchWay
    ) -> SQLStatement {
        var condition = left(of: window).condition + conditions.common
        // Sorted by id, what is asked for can only be found by its traits.
        let isWalk = way == .order && query.order.sortsByTime
        condition += isWalk ? conditions.traitsByRow : conditions.traitsByIndex
        if let after { condition += Self.behind(after, query.order) }
        let order = order(by: way)
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
        return union + " ORDER BY \(self.order(by: .order)) LIMIT \(count)"
    }

    /// The page goes on where it stands: what lies before is not even passed over.
    private func left(of window: TimeWindow) -> TimeWindow {
        guard let after, query.order.sortsByTime else { return window }
        return ascending ? window.from(after.generated) : window.until(after.generated)
    }

    private func order(by way: SearchWay) -> SQLStatement {
        let time = query.order.isTimeAscending ? "ASC" : "DESC"
        let id = query.order.isIDAscending ? "ASC" : "DESC"
        guard query.order.sortsByTime else {
            return SQLStatement(stringLiteral: "message_id \(id)")
        }
        // An expression has no index: the server has to find the events by what they are.
        let generated = way == .order ? "generated" : "generated + interval '0'"
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

/// How one statement finds what it is asked for.
private enum SearchWay {
    /// By walking in the order that is asked for.
    case order
    /// By the index on traits.
    case index
}
