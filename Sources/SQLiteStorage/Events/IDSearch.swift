import EventStore
import SQL
import SQLite
import Values

/// One page of events in the order of their ids.
///
/// Few candidates are read and sorted; many lie dense enough that walking the index of ids meets
/// them soon.
struct IDSearch {
    let query: EventQuery
    let rows: EventRows
    var budget: SearchBudget

    /// From here on, walking the ids is the faster way.
    static let mostCandidatesToSort = 5000

    /// - Parameter sources: every source with a candidate; nil where the plan names no key at all.
    mutating func page(from sources: [any EventSource]?) throws(SQLError) -> [Event] {
        if let sources, let few = try fewMatches(from: sources) {
            return Array(
                few.sorted { query.order.precedes(EventPosition(of: $0), EventPosition(of: $1)) }
                    .prefix(query.limit))
        }
        return try walk()
    }

    /// Nil where there are more than a few candidates.
    private mutating func fewMatches(
        from sources: [any EventSource]
    ) throws(SQLError) -> [Event]? {
        var numbers: [Int64] = []
        for source in sources {
            while let entry = try source.next(in: rows) {
                numbers.append(entry.number)
                if numbers.count > Self.mostCandidatesToSort { return nil }
            }
        }
        var events: [Event] = []
        for number in numbers {
            try budget.spend()
            if let event = try rows.event(number: number), isMatching(event) {
                events.append(event)
            }
        }
        return events
    }

    private mutating func walk() throws(SQLError) -> [Event] {
        var found: [Event] = []
        var place = query.after?.messageID
        while found.count < query.limit {
            let batch = try nextRows(after: place)
            for row in batch where found.count < query.limit {
                try budget.spend()
                let event = try rows.event(from: row)
                if isMatching(event) { found.append(event) }
            }
            guard batch.count == Self.rowsPerStep else { break }
            place = batch.last?.messageID
        }
        return found
    }

    private func isMatching(_ event: Event) -> Bool {
        if let after = query.after, !query.order.precedes(after, EventPosition(of: event)) {
            return false
        }
        return query.matches(event)
    }

    private static let rowsPerStep = 256

    private func nextRows(after place: String?) throws(SQLError) -> [EventRow] {
        var batch: [EventRow] = []
        func add(_ row: Row) { batch.append(EventRow(row)) }
        switch (query.order.isIDAscending, place) {
        // The empty id is below every id, so the first page needs no statement of its own.
        case (true, _):
            try rows.database.query(Self.ascending, [.text(place ?? "")], add)
        case (false, let place?):
            try rows.database.query(Self.descending, [.text(place)], add)
        case (false, nil):
            try rows.database.query(Self.fromTheEnd, [], add)
        }
        return batch
    }

    static let ascending: StaticString = """
        SELECT message_id, event_type_id, generated, traits, raw FROM event
        WHERE message_id > ?1 ORDER BY message_id LIMIT 256
        """
    static let descending: StaticString = """
        SELECT message_id, event_type_id, generated, traits, raw FROM event
        WHERE message_id < ?1 ORDER BY message_id DESC LIMIT 256
        """
    static let fromTheEnd: StaticString = """
        SELECT message_id, event_type_id, generated, traits, raw FROM event
        ORDER BY message_id DESC LIMIT 256
        """
}
