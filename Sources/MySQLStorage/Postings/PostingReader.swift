import SQL

/// Reads the places of a term's events from the posting lists, in the order of time or against it,
/// some lists at a time.
struct PostingReader {
    let rows: EventRows
    let isAscending: Bool

    /// Places in a stretch of time.
    struct Stretch {
        /// In the direction of reading, each once.
        var places: [EventPlace] = []
        /// The last instant the stretch covers, seen in the direction of reading; nil where it covers
        /// all that was asked for.
        var end: Int64?
    }

    /// The next places of a term.
    ///
    /// - Parameters:
    ///   - range: of which it reads the beginning, seen in the direction of reading.
    ///   - lists: most lists to read for each key, as long as one minute or day has no more.
    func next(
        _ term: [Int64], in range: TimeRange, lists: Int
    ) async throws(SQLError) -> Stretch {
        let query = PostingQuery(rows: rows, isAscending: isAscending)
        var found: [EventPlace] = []
        var end: Int64?
        var rest = term[...]
        while !rest.isEmpty {
            let keys = Array(rest.prefix(Self.keysAtOnce))
            rest = rest.dropFirst(Self.keysAtOnce)
            let answer = try await query.lists(of: keys, in: range, atMost: lists)
            for list in answer.lists { found += list.places }
            if let known = end, let new = answer.end {
                end = query.nearer(known, new)
            } else {
                end = end ?? answer.end
            }
        }
        return stretch(found, in: range, end: end)
    }

    private static let keysAtOnce = 8

    private func stretch(_ found: [EventPlace], in range: TimeRange, end: Int64?) -> Stretch {
        var covered = range
        var stretch = Stretch()
        if let end {
            if isAscending {
                covered.upper = min(covered.upper, end)
                stretch.end = covered.upper
            } else {
                covered.lower = max(covered.lower, end)
                stretch.end = covered.lower
            }
        }
        var places = found.filter(covered.contains)
        places.sort { isAscending ? $0 < $1 : $1 < $0 }
        // A place may be named by two keys of a term.
        for place in places where place != stretch.places.last { stretch.places.append(place) }
        return stretch
    }

    /// Those of `places` that a term names, too.
    func filter(
        _ places: [EventPlace], by term: [Int64]
    ) async throws(SQLError) -> [EventPlace] {
        let sorted = places.sorted()
        var named: Set<EventPlace> = []
        let minutes = Self.document(of: sorted, .minute)
        let days = Self.document(of: sorted, .day)
        for key in term {
            let read = try await rows.query(
                """
                SELECT 0 AS span, p.trait_key, p.minute AS start, p.list, p.entries
                FROM JSON_TABLE(\(minutes), '$[*]' COLUMNS (start BIGINT PATH '$')) AS m
                STRAIGHT_JOIN posting AS p ON p.trait_key = \(key) AND p.minute = m.start
                UNION ALL
                SELECT 1 AS span, p.trait_key, p.day AS start, p.list, p.entries
                FROM JSON_TABLE(\(days), '$[*]' COLUMNS (start BIGINT PATH '$')) AS d
                STRAIGHT_JOIN posting_day AS p ON p.trait_key = \(key) AND p.day = d.start
                """)
            for list in read.compactMap(StoredPostingList.init) {
                Self.intersect(sorted, list.places) { named.insert($0) }
            }
        }
        return places.filter(named.contains)
    }

    /// `[start, ...]` of the stretches that hold the places.
    private static func document(of places: [EventPlace], _ span: PostingSpan) -> String {
        let starts = Set(places.map { span.start(containing: $0.generated) }).sorted()
        return "[" + starts.map { String($0) }.joined(separator: ",") + "]"
    }

    /// Both in the order of time.
    private static func intersect(
        _ left: [EventPlace], _ right: [EventPlace], _ body: (EventPlace) -> Void
    ) {
        guard let first = right.first else { return }
        var index = left.partitioningIndex { $0 >= first }
        for place in right {
            while index < left.count, left[index] < place { index += 1 }
            if index == left.count { return }
            if left[index] == place { body(place) }
        }
    }
}

extension [EventPlace] {
    /// The first index whose element fulfils what all behind it fulfil, too.
    fileprivate func partitioningIndex(where isBehind: (EventPlace) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if isBehind(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
