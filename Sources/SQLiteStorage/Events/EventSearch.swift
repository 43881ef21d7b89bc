import EventStore
import SQL
import SQLite
import Values

/// One page of events in time order: the sources merged, each candidate read and checked.
///
/// A source is a run or a part of the tail. It is opened only when the page has come to its time, so
/// a page of a frequent value touches one or two of them, and one of a rare value asks each once.
struct EventSearch {
    private let query: EventQuery
    private let rows: EventRows
    private var budget: SearchBudget
    private var unopened: [any EventSource]
    private var heads: [SearchHead] = []
    private var found: EventPage

    /// - Parameter sources: in any order.
    init(
        _ query: EventQuery, sources: [any EventSource], rows: EventRows, budget: SearchBudget
    ) {
        self.query = query
        self.rows = rows
        self.budget = budget
        found = EventPage(for: query)
        let ascending = query.order.isTimeAscending
        // The next one to open is the last of the array.
        unopened = sources.sorted { ascending ? $0.edge > $1.edge : $0.edge < $1.edge }
    }

    mutating func page() throws(SQLError) -> [Event] {
        while !found.isFull, let time = try openNextTime() {
            if query.order.breaksTiesLikeTime {
                try takeBest(of: time)
            } else {
                try takeAll(of: time)
            }
        }
        return found.events
    }

    /// The next time at which there is a candidate; every source that reaches it is open then.
    private mutating func openNextTime() throws(SQLError) -> Int64? {
        while true {
            let best = bestTime
            guard let next = unopened.last, best.map({ !isBefore($0, next.edge) }) ?? true else {
                return best
            }
            unopened.removeLast()
            try addHead(of: next)
        }
    }

    private var bestTime: Int64? {
        let times = heads.lazy.map(\.entry.generated)
        return query.order.isTimeAscending ? times.min() : times.max()
    }

    private func isBefore(_ left: Int64, _ right: Int64) -> Bool {
        query.order.isTimeAscending ? left < right : left > right
    }

    private mutating func addHead(of source: any EventSource) throws(SQLError) {
        if let entry = try source.next(in: rows) {
            heads.append(SearchHead(source: source, entry: entry))
        }
    }

    /// Takes the one event of `time` that comes first by id. Only where several sources stand on
    /// that time do the ids have to be read to know which.
    private mutating func takeBest(of time: Int64) throws(SQLError) {
        let places = heads.indices.filter { heads[$0].entry.generated == time }
        var best: (place: Int, event: Event)?
        for place in places.reversed() {
            guard let event = try readEvent(at: place) else {
                try advance(place)
                // Places behind this one may have moved: begin again, what was read is kept.
                return
            }
            let position = EventPosition(of: event)
            if best.map({ query.order.precedes(position, EventPosition(of: $0.event)) }) ?? true {
                best = (place, event)
            }
        }
        guard let best else { return }
        keepIfMatching(best.event)
        try advance(best.place)
    }

    /// Takes every event of `time`, by id against the direction of time. Only the ids are held: there
    /// may be many.
    private mutating func takeAll(of time: Int64) throws(SQLError) {
        var group: [(id: ExactText, number: Int64)] = []
        while let place = heads.firstIndex(where: { $0.entry.generated == time }) {
            try budget.spend()
            let number = heads[place].entry.number
            if let id = try rows.messageID(number: number) { group.append((ExactText(id), number)) }
            try advance(place)
        }
        let ascending = query.order.isIDAscending
        group.sort { ascending ? $0.id < $1.id : $1.id < $0.id }
        for (_, number) in group where !found.isFull {
            try budget.spend()
            if let event = try rows.event(number: number) { keepIfMatching(event) }
        }
    }

    private mutating func readEvent(at place: Int) throws(SQLError) -> Event? {
        if let event = heads[place].event { return event }
        try budget.spend()
        heads[place].event = try rows.event(number: heads[place].entry.number)
        return heads[place].event
    }

    private mutating func advance(_ place: Int) throws(SQLError) {
        let source = heads.remove(at: place).source
        try addHead(of: source)
    }

    private mutating func keepIfMatching(_ event: Event) {
        if isMatching(event) { found.append(event) }
    }

    private func isMatching(_ event: Event) -> Bool {
        if let after = query.after, !query.order.precedes(after, EventPosition(of: event)) {
            return false
        }
        return query.matches(event)
    }
}

/// Where an open source stands.
private struct SearchHead {
    let source: any EventSource
    let entry: RunEntry
    /// Read only when it is this entry's turn.
    var event: Event?
}

/// Gives candidates in the query's direction of time; at one time, ids in that direction too.
protocol EventSource: AnyObject {
    /// No candidate lies before this time, seen in the query's direction.
    var edge: Int64 { get }
    func next(in rows: EventRows) throws(SQLError) -> RunEntry?
}

extension EventOrder {
    /// Ids run in the direction of time, as they do in a run.
    fileprivate var breaksTiesLikeTime: Bool { self == .oldestFirst || self == .newestFirst }
}
