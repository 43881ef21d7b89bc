import SQL

/// A posting list as it is stored.
struct StoredPostingList {
    let key: Int64
    let span: PostingSpan
    let start: Int64
    let number: Int64
    /// In the order of time.
    let places: [EventPlace]

    /// - Parameter row: span, key, start, list, entries.
    init?(_ row: SQLRow) {
        guard let span = PostingSpan(rawValue: row.integer(0)) else { return nil }
        self.span = span
        key = row.integer(1)
        start = row.integer(2)
        number = row.integer(3)
        places = PostingList.decode(row.blob(4), from: start)
    }
}

/// Reads the lists of keys in a stretch of time.
///
/// Those of minutes and those of days are read in one statement: lists become others meanwhile, and
/// one statement finds an event either in the old ones or in the new one.
struct PostingQuery {
    let rows: EventRows
    let isAscending: Bool

    struct Answer {
        var lists: [StoredPostingList] = []
        /// The last instant of which all lists are there, seen in the direction of reading; nil where
        /// it is that of the whole range.
        var end: Int64?
    }

    /// The first lists, seen in the direction of reading.
    ///
    /// - Parameter limit: about how many of each key and span; more where one minute or day has more.
    func lists(
        of keys: [Int64], in range: TimeRange, atMost limit: Int
    ) async throws(SQLError) -> Answer {
        var limits: [PostingSpan: Int] = [.minute: limit, .day: max(16, limit / 2)]
        while true {
            let read = try await rows.query(statement(keys, in: range, limits))
            let lists = read.compactMap(StoredPostingList.init)
            var tooSmall: Set<PostingSpan> = []
            let answer = whole(lists, limits, &tooSmall)
            if tooSmall.isEmpty { return answer }
            for span in tooSmall { limits[span, default: limit] *= 4 }
        }
    }

    /// What is whole of the lists read.
    ///
    /// - Parameter tooSmall: gets what was cut within its first minute or day.
    private func whole(
        _ lists: [StoredPostingList], _ limits: [PostingSpan: Int],
        _ tooSmall: inout Set<PostingSpan>
    ) -> Answer {
        var answer = Answer()
        for (name, var group) in Dictionary(grouping: lists, by: Name.init) {
            if let limit = limits[name.span], group.count >= limit {
                let starts = group.map(\.start)
                guard let edge = isAscending ? starts.max() : starts.min() else { continue }
                group.removeAll { $0.start == edge }
                if group.isEmpty { tooSmall.insert(name.span) }
                let end = isAscending ? edge - 1 : edge + name.span.length
                answer.end = answer.end.map { nearer($0, end) } ?? end
            }
            answer.lists += group
        }
        return answer
    }

    private struct Name: Hashable {
        let key: Int64
        let span: PostingSpan

        init(_ list: StoredPostingList) {
            key = list.key
            span = list.span
        }
    }

    /// Of two instants the one that is met first.
    func nearer(_ left: Int64, _ right: Int64) -> Int64 {
        isAscending ? min(left, right) : max(left, right)
    }

    /// Two SELECTs a key, each of which reads a piece of an index.
    private func statement(
        _ keys: [Int64], in range: TimeRange, _ limits: [PostingSpan: Int]
    ) -> SQLStatement {
        var statement: SQLStatement = ""
        var isFirst = true
        for key in keys {
            for span in PostingSpan.allCases {
                if !isFirst { statement += " UNION ALL " }
                isFirst = false
                statement += select(span, key, in: range)
                statement += order(span)
                statement += " LIMIT \(limits[span] ?? 0))"
            }
        }
        return statement
    }

    private func select(
        _ span: PostingSpan, _ key: Int64, in range: TimeRange
    ) -> SQLStatement {
        let first = span.start(containing: range.lower)
        let last = span.start(containing: range.upper)
        return switch span {
        case .minute:
            """
            (SELECT 0 AS span, trait_key, minute AS start, list, entries FROM posting
            WHERE trait_key = \(key) AND minute BETWEEN \(first) AND \(last)
            """
        case .day:
            """
            (SELECT 1 AS span, trait_key, day AS start, list, entries FROM posting_day
            WHERE trait_key = \(key) AND day BETWEEN \(first) AND \(last)
            """
        }
    }

    private func order(_ span: PostingSpan) -> SQLStatement {
        switch (span, isAscending) {
        case (.minute, true): " ORDER BY minute, list"
        case (.minute, false): " ORDER BY minute DESC, list DESC"
        case (.day, true): " ORDER BY day, list"
        case (.day, false): " ORDER BY day DESC, list DESC"
        }
    }
}
