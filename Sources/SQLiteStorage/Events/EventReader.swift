import EventStore
import SQL
import SQLite
import Values

/// All reading, on one connection and in one snapshot a call.
struct EventReader {
    let database: Database
    let names: EventTypeNames
    let timeLimit: Duration
    let sizes: RunSizes

    private var rows: EventRows { EventRows(database: database, names: names) }

    /// - Parameter tail: taken before this call, see `TailIndex.candidates`.
    func events(
        matching query: EventQuery, plan: IndexPlan, tail: [TailCandidates]
    ) throws(SQLError) -> [Event] {
        try database.snapshot { () throws(SQLError) -> [Event] in
            if let id = query.messageID {
                let event = try rows.event(messageID: id) { isAnswer($0, to: query) }
                return event.map { [$0] } ?? []
            }
            let sources = try sources(for: query, plan: plan, tail: tail)
            if query.order.sortsByTime {
                var search = EventSearch(query, sources: sources, rows: rows, budget: budget)
                return try search.page()
            }
            var search = IDSearch(query, rows: rows, budget: budget)
            return try search.page(from: plan.terms.isEmpty ? nil : sources)
        }
    }

    func event(_ messageID: String, visibleTo visibility: Visibility) throws(SQLError) -> Event? {
        try database.snapshot { () throws(SQLError) in
            try rows.event(messageID: messageID, where: visibility.admits)
        }
    }

    private var budget: SearchBudget { SearchBudget(timeLimit) }

    func eventCount() throws(SQLError) -> Int {
        Int(try database.first("SELECT count(*) FROM event") { $0.integer(0) } ?? 0)
    }

    private func isAnswer(_ event: Event, to query: EventQuery) -> Bool {
        let isBehind = query.after.map { query.order.precedes($0, EventPosition(of: event)) }
        return query.limit > 0 && isBehind ?? true && query.matches(event)
    }

    func sources(
        for query: EventQuery, plan: IndexPlan, tail: [TailCandidates]
    ) throws(SQLError) -> [any EventSource] {
        let retainedFrom = try StoreFact.retainedFrom.value(in: database)
        guard let range = TimeBounds(for: query, retainedFrom: retainedFrom).range else {
            return []
        }
        let runs = try Run.serving(range, in: database)
        var sources: [any EventSource] = runs.map {
            RunSource($0, query, plan: plan, range: range, sizes: sizes)
        }
        // What a run serves by now is no longer the tail's.
        let indexed = try Run.lastIndexedNumber(in: database)
        for candidates in tail {
            guard let first = candidates.entries.first, first.number > indexed,
                let source = TailSource(
                    candidates, ascending: query.order.isTimeAscending, range: range)
            else { continue }
            sources.append(source)
        }
        return sources
    }
}

/// Facts in the table `store_fact`.
enum StoreFact: String {
    /// Microseconds: no event generated before it is stored any more. Lets a query step over what
    /// retention has deleted but the index still names.
    case retainedFrom = "retained_from"

    func value(in database: Database) throws(SQLError) -> Int64 {
        try database.first("SELECT value FROM store_fact WHERE name = ?1", [.text(rawValue)]) {
            $0.integer(0)
        } ?? .min
    }

    func set(_ value: Int64, in database: Database) throws(SQLError) {
        try database.execute(
            """
            INSERT INTO store_fact (name, value) VALUES (?1, ?2)
            ON CONFLICT (name) DO UPDATE SET value = excluded.value
            """, [.text(rawValue), .integer(value)])
    }
}

extension EventReader {
    /// Types that have an event, in the order of their bytes.
    func eventTypes() throws(SQLError) -> [String] {
        var types: [String] = []
        try database.query("SELECT name FROM event_type WHERE event_count > 0 ORDER BY name") {
            row in types.append(row.text(0))
        }
        return types
    }

    /// Traits that events of a type have had, in the order of trait types and names.
    func notedTraits(of eventType: String) throws(SQLError) -> [TraitDescription] {
        var traits: [TraitDescription] = []
        try database.query(
            """
            SELECT n.trait_type, n.name FROM trait_name AS n
            JOIN event_type AS t ON t.event_type_id = n.event_type_id
            WHERE t.name = ?1 ORDER BY n.trait_type, n.name
            """, [.text(eventType)]
        ) { row in
            guard let type = TraitType(rawValue: Int(row.integer(0))) else { return }
            traits.append(TraitDescription(name: row.text(1), type: type))
        }
        return traits
    }
}
