import EventStore
import SQL
import Values

/// One page of events in time order.
///
/// Candidates come from the posting lists of one term of the query, or from the log itself where the
/// query has none; the lists of the other terms thin them out; each that remains is read and judged.
struct EventSearch {
    private let query: EventQuery
    private let rows: EventRows
    private var terms: [[Int64]] = []
    private var range: TimeRange
    private var found: EventPage
    private let ascending: Bool

    /// Fewer candidates are read at once; thinning them out would cost more.
    private static let fewCandidates = 64
    /// Most rows in one answer of the server: with `EventParts.mostInRow` a bound of its memory.
    private static let mostRows = 256

    init?(_ query: EventQuery, rows: EventRows) {
        guard let range = TimeRange(for: query), query.limit > 0 else { return nil }
        self.query = query
        self.rows = rows
        self.range = range
        found = EventPage(for: query)
        ascending = query.order.isTimeAscending
    }

    mutating func page() async throws(SQLError) -> [Event] {
        var keys = KeyTerms(for: query)
        guard try await keys.resolve(with: rows) else { return [] }
        terms = keys.terms
        if terms.isEmpty {
            try await walkLog()
        } else {
            try await walkPostings()
        }
        return found.events
    }

    // MARK: - The log itself

    private mutating func walkLog() async throws(SQLError) {
        // Two more than the page tell whether its last microsecond has ended with it.
        var limit = min(query.limit + 2, Self.mostRows)
        while !range.isEmpty, !found.isFull {
            var read = try await rows.rows(in: range, ascending: ascending, limit: limit)
            guard read.count == limit, let last = read.last?.place.generated else {
                return try await keep(read)
            }
            read.removeAll { $0.place.generated == last }
            if read.isEmpty {
                try await walkMicrosecond(last)
                advance(past: last)
            } else {
                try await keep(read)
                advance(to: last)
            }
            limit = Self.mostRows
        }
    }

    /// Events of one microsecond that are too many to be sorted in memory.
    private mutating func walkMicrosecond(_ generated: Int64) async throws(SQLError) {
        let idAscending = query.order.isIDAscending
        var last = query.after.flatMap {
            $0.generated.microseconds == generated ? $0.messageID : nil
        }
        while !found.isFull {
            let read = try await rows.rows(
                of: generated, behind: last, ascending: idAscending, limit: Self.mostRows)
            for row in read where !found.isFull { try await keepIfMatching(row) }
            guard read.count == Self.mostRows else { return }
            last = read.last?.messageID
        }
    }

    // MARK: - Posting lists

    private mutating func walkPostings() async throws(SQLError) {
        let reader = PostingReader(rows: rows, isAscending: ascending)
        var (lead, stretch) = try await choose(reader)
        var lists = Self.firstLists
        while true {
            try await keep(stretch.places[...], but: lead, reader)
            guard let end = stretch.end, !found.isFull else { return }
            advance(past: end)
            if range.isEmpty { return }
            lists = min(lists * 4, Self.mostLists)
            stretch = try await reader.next(terms[lead], in: range, lists: lists)
        }
    }

    /// Keeps candidates that the terms beside the lead name, too: some at a time, more and more of
    /// them, as the first ones may fill the page.
    private mutating func keep(
        _ candidates: ArraySlice<EventPlace>, but lead: Int, _ reader: PostingReader
    ) async throws(SQLError) {
        var rest = candidates
        var count = Self.firstCandidates
        while !rest.isEmpty, !found.isFull {
            let some = rest.prefix(ofWholeMicroseconds: count)
            rest = rest.dropFirst(some.count)
            count = min(count * 4, Self.mostCandidates)
            var places = Array(some)
            for (index, term) in terms.enumerated() where index != lead {
                if places.count <= Self.fewCandidates { break }
                places = try await reader.filter(places, by: term)
            }
            try await keep(at: places)
        }
    }

    private static let firstCandidates = 128
    private static let mostCandidates = 8192
    private static let firstLists = 32
    private static let mostLists = 512

    /// The term whose first lists reach farthest has the fewest events: it leads.
    private func choose(
        _ reader: PostingReader
    ) async throws(SQLError) -> (lead: Int, PostingReader.Stretch) {
        var best: (lead: Int, stretch: PostingReader.Stretch)?
        for (index, term) in terms.enumerated() {
            let stretch = try await reader.next(term, in: range, lists: Self.firstLists)
            if let known = best, !reaches(stretch, farther: known.stretch) { continue }
            best = (index, stretch)
            // So few that nothing could be better.
            if stretch.end == nil, stretch.places.count <= Self.fewCandidates { break }
        }
        return best.map { ($0.lead, $0.stretch) } ?? (0, PostingReader.Stretch())
    }

    private func reaches(
        _ left: PostingReader.Stretch, farther right: PostingReader.Stretch
    ) -> Bool {
        switch (left.end, right.end) {
        case (nil, nil): left.places.count < right.places.count
        case (nil, _): true
        case (_, nil): false
        case (let left?, let right?): ascending ? left > right : left < right
        }
    }

    /// - Parameter places: in the order of the page.
    private mutating func keep(at places: [EventPlace]) async throws(SQLError) {
        var rest = places[...]
        while let first = rest.first, !found.isFull {
            let slice = rest.prefix(ofWholeMicroseconds: sliceSize)
            rest = rest.dropFirst(slice.count)
            if slice.count > Self.mostRows {
                try await keepMany(slice, from: first)
            } else {
                try await keep(try await rows.rows(at: slice))
            }
        }
    }

    /// A slice that one microsecond has made too long to be read at once.
    private mutating func keepMany(
        _ places: ArraySlice<EventPlace>, from first: EventPlace
    ) async throws(SQLError) {
        var found = try await rows.messageIDs(at: places)
        let order = query.order
        found.sort { left, right in
            if left.place.generated != right.place.generated {
                return ascending == (left.place.generated < right.place.generated)
            }
            return order.isIDAscending ? left.id < right.id : right.id < left.id
        }
        var rest = found.map(\.place)[...]
        while !rest.isEmpty, !self.found.isFull {
            try await keep(try await rows.rows(at: rest.prefix(Self.mostRows)))
            rest = rest.dropFirst(Self.mostRows)
        }
    }

    /// As many as the page still needs, and some more where many do not match.
    private var sliceSize: Int {
        min(Self.mostRows, max(32, query.limit - found.events.count + 1))
    }

    // MARK: - The page

    private mutating func advance(to generated: Int64) {
        if ascending { range.lower = generated } else { range.upper = generated }
    }

    private mutating func advance(past generated: Int64) {
        if ascending { range.lower = generated + 1 } else { range.upper = generated - 1 }
    }

    /// - Parameter read: whole microseconds, in any order.
    private mutating func keep(_ read: [EventRow]) async throws(SQLError) {
        let sorted = read.map { ($0, ExactText($0.messageID)) }.sorted { left, right in
            if left.0.place.generated != right.0.place.generated {
                return ascending == (left.0.place.generated < right.0.place.generated)
            }
            return query.order.isIDAscending ? left.1 < right.1 : right.1 < left.1
        }
        for (row, _) in sorted where !found.isFull { try await keepIfMatching(row) }
    }

    private mutating func keepIfMatching(_ row: EventRow) async throws(SQLError) {
        let event = try await rows.event(from: row)
        if query.accepts(event) { found.append(event) }
    }
}

extension ArraySlice<EventPlace> {
    /// So many, and all others of the last one's microsecond: their ids can be sorted then.
    fileprivate func prefix(ofWholeMicroseconds most: Int) -> Self {
        var end = startIndex + Swift.min(most, count)
        while end > startIndex, end < endIndex, self[end].generated == self[end - 1].generated {
            end += 1
        }
        return self[..<end]
    }
}
