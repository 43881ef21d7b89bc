import EventStore
import SQL
import Values

/// One page of events in the order of their ids.
///
/// Few candidates are read and sorted; many lie dense enough that walking the table of ids meets
/// them soon.
struct IDSearch {
    private let query: EventQuery
    private let rows: EventRows
    private var found: EventPage

    /// From here on, walking the ids is the faster way.
    private static let mostCandidates = 5000
    private static let mostRows = 256

    init(_ query: EventQuery, rows: EventRows) {
        self.query = query
        self.rows = rows
        found = EventPage(for: query)
    }

    mutating func page() async throws(SQLError) -> [Event] {
        if query.limit == 0 { return [] }
        if let candidates = try await fewCandidates() {
            try await keep(candidates)
        } else {
            try await walkIDs()
        }
        return found.events
    }

    /// Where all candidates are; nil where they are many.
    private func fewCandidates() async throws(SQLError) -> [EventPlace]? {
        var keys = KeyTerms(for: query)
        guard let range = TimeRange(for: query), try await keys.resolve(with: rows) else {
            return []
        }
        let reader = PostingReader(rows: rows, isAscending: true)
        for term in keys.terms {
            let stretch = try await reader.next(term, in: range, lists: Self.mostLists)
            if stretch.end == nil, stretch.places.count <= Self.mostCandidates {
                return stretch.places
            }
        }
        return nil
    }

    private static let mostLists = 2000

    private mutating func keep(_ places: [EventPlace]) async throws(SQLError) {
        var candidates = try await rows.messageIDs(at: places)
        let ascending = query.order.isIDAscending
        candidates.sort { ascending ? $0.id < $1.id : $1.id < $0.id }
        if let after = query.after.map({ ExactText($0.messageID) }) {
            candidates.removeAll { ascending ? $0.id <= after : $0.id >= after }
        }
        var rest = candidates[...]
        while !rest.isEmpty, !found.isFull {
            let slice = rest.prefix(Self.mostRows)
            rest = rest.dropFirst(Self.mostRows)
            let read = try await rows.rows(at: slice.map(\.place))
            let byID = Dictionary(
                read.map { (ExactText($0.messageID), $0) }, uniquingKeysWith: { first, _ in first })
            for candidate in slice where !found.isFull {
                if let row = byID[candidate.id] { try await keepIfMatching(row) }
            }
        }
    }

    private mutating func walkIDs() async throws(SQLError) {
        let ascending = query.order.isIDAscending
        var last = query.after?.messageID
        var limit = min(query.limit + 1, Self.mostRows)
        while !found.isFull {
            let read = try await rows.rows(behind: last, ascending: ascending, limit: limit)
            for row in read where !found.isFull { try await keepIfMatching(row) }
            guard read.count == limit else { return }
            last = read.last?.messageID
            limit = Self.mostRows
        }
    }

    private mutating func keepIfMatching(_ row: EventRow) async throws(SQLError) {
        let event = try await rows.event(from: row)
        if query.accepts(event) { found.append(event) }
    }
}
