import EventStore
import PostgreSQL
import SQL
import Values

/// One page of events in the order of their ids.
///
/// The ids are walked in their order, and where the first few thousand do not fill the page, what the
/// query asks for is found by the other indexes and sorted.
struct IDSearch {
    private let query: EventQuery
    private let conditions: SearchConditions
    private let rows: EventRows
    private let deadline: ContinuousClock.Instant

    init(_ query: EventQuery, _ conditions: SearchConditions, _ rows: EventRows) {
        self.query = query
        self.conditions = conditions
        self.rows = rows
        deadline = .now + rows.limit
    }

    mutating func page(in window: TimeWindow) async throws(SQLError) -> [Event] {
        var page = EventPage(for: query)
        var after = query.after?.messageID
        var walked = 0
        // Without conditions the walk is the answer itself.
        // Without conditions each id is one of the page.
        let step = isWhole(window) ? min(rows.sizes.walkStep, query.limit) : rows.sizes.walkStep
        while !page.isFull, isWhole(window) || walked < rows.sizes.walkedIDs {
            let found = try await rows.search(
                walk(after: after, atMost: step), within: remainingTime())
            let names = try await rows.types.names(
                of: Set(found.map { $0.integer(1) }), on: rows.connection)
            for row in found where !page.isFull {
                // An id without its event is about to go, too.
                after = row.text(0)
                guard !row.isNull(1), let event = try await rows.event(from: row, names),
                    query.matches(event)
                else { continue }
                page.append(event)
            }
            if found.count < step { return page.events }
            walked += found.count
        }
        if page.isFull { return page.events }
        var rest = query
        rest.after = after.map { EventPosition(generated: .earliest, messageID: $0) }
        rest.limit -= page.events.count
        rest.mostBytes -= page.events.reduce(0) { $0 + $1.byteCount }
        var search = EventSearch(rest, conditions, rows)
        return page.events + (try await search.page(in: [window]))
    }

    private func isWhole(_ window: TimeWindow) -> Bool {
        query.traits.isEmpty && query.having == nil && query.eventType == nil
            && query.visibility == .everything && window == TimeWindow(.earliest, .latest)
    }

    /// The limit of one keeps the server from joining the two as a whole.
    private func walk(after id: String?, atMost count: Int) -> SQLStatement {
        let order = SQLStatement(stringLiteral: query.order.isIDAscending ? "ASC" : "DESC")
        let sign = SQLStatement(stringLiteral: query.order.isIDAscending ? ">" : "<")
        let condition: SQLStatement = id.map { "WHERE message_id \(sign) \($0)" } ?? ""
        return """
            SELECT walked.message_id, found.* FROM (
                SELECT message_id, generated FROM event_id \(condition)
                ORDER BY message_id \(order) LIMIT \(count)
            ) AS walked LEFT JOIN LATERAL (
                SELECT \(EventRows.columns) FROM event
                WHERE event.generated = walked.generated AND event.message_id = walked.message_id
                LIMIT 1
            ) AS found ON true ORDER BY walked.message_id \(order)
            """
    }

    private func remainingTime() throws(SQLError) -> Duration {
        let left = deadline - .now
        guard left > .zero else {
            throw SQLError(kind: .timedOut, code: 0, message: "the query ran into its time limit")
        }
        return left
    }
}
