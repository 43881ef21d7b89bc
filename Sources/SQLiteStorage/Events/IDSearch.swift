import EventStore
import SQL
import SQLite
import Values

/// One page of events in the order of their ids.
///
/// Few candidates are read and sorted; many lie dense enough that walking the index of ids meets
/// them soon.
struct IDSearch {
    private let query: EventQuery
    private let rows: EventRows
    private var budget: SearchBudget
    private var found: EventPage

    /// From here on, walking the ids is the faster way.
    static let mostCandidatesToSort = 5000

    init(_ query: EventQuery, rows: EventRows, budget: SearchBudget) {
        self.query = query
        self.rows = rows
        self.budget = budget
        found = EventPage(for: query)
    }

    /// - Parameter sources: every source with a candidate; nil where the plan names no key at all.
    mutating func page(from sources: [any EventSource]?) throws(SQLError) -> [Event] {
        if let sources, let few = try fewCandidates(from: sources) {
            for number in few where !found.isFull {
                try budget.spend()
                if let event = try rows.event(number: number) { keepIfMatching(event) }
            }
        } else {
            while try walkOn() {}
        }
        return found.events
    }

    /// The numbers of all candidates in the order of their ids; nil where there are many.
    private mutating func fewCandidates(
        from sources: [any EventSource]
    ) throws(SQLError) -> [Int64]? {
        var candidates: [(id: ExactText, number: Int64)] = []
        for source in sources {
            while let entry = try source.next(in: rows) {
                try budget.spend()
                guard candidates.count < Self.mostCandidatesToSort else { return nil }
                if let id = try rows.messageID(number: entry.number) {
                    candidates.append((ExactText(id), entry.number))
                }
            }
        }
        let ascending = query.order.isIDAscending
        candidates.sort { ascending ? $0.id < $1.id : $1.id < $0.id }
        return candidates.map(\.number)
    }

    private mutating func keepIfMatching(_ event: Event) {
        if let after = query.after, !query.order.precedes(after, EventPosition(of: event)) {
            return
        }
        if query.matches(event) { found.append(event) }
    }

    /// Looks at the next rows of the index of ids, one at a time in memory.
    ///
    /// - Returns: false at the end of the index, or where the page is full.
    private mutating func walkOn() throws(SQLError) -> Bool {
        let place = lastID ?? query.after?.messageID
        var count = 0
        let visit = { (row: Row) throws(SQLError) -> Bool in
            count += 1
            let row = EventRow(row)
            lastID = row.messageID
            try budget.spend()
            try keepIfMatching(rows.event(from: row))
            return !found.isFull
        }
        switch (query.order.isIDAscending, place) {
        // The empty id is below every id, so the first page needs no statement of its own.
        case (true, _): try rows.database.scan(Self.ascending, [.text(place ?? "")], visit)
        case (false, let place?): try rows.database.scan(Self.descending, [.text(place)], visit)
        case (false, nil): try rows.database.scan(Self.fromTheEnd, [], visit)
        }
        return count == Self.rowsPerStep && !found.isFull
    }

    private var lastID: String?
    private static let rowsPerStep = 256

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
