import MySQL
import SQL
import Values

/// Reads the places of a term's events from the table `posting`, in the order of time or against it,
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
    ///   - lists: most lists to read for each key, as long as one minute has no more.
    func next(
        _ term: [Int64], in range: TimeRange, lists: Int
    ) async throws(SQLError) -> Stretch {
        var found: [PostingMinute: [EventPlace]] = [:]
        /// The first minute that was not read as a whole.
        var unread: PostingMinute?
        for key in term {
            var read = try await query(key, in: range, lists: lists)
            if read.count == lists,
                let last = read.last.map({ PostingMinute(start: $0.integer(0)) })
            {
                read.removeAll { $0.integer(0) == last.start }
                if read.isEmpty {
                    read = try await query(key, minute: last)
                    unread = nearer(unread, last.next(isAscending))
                } else {
                    unread = nearer(unread, last)
                }
            }
            for row in read {
                let minute = PostingMinute(start: row.integer(0))
                found[minute, default: []] += PostingList.decode(row.blob(1), of: minute)
            }
        }
        return stretch(found, in: range, unread: unread)
    }

    /// Those of `places` that a term names, too.
    func filter(
        _ places: [EventPlace], by term: [Int64]
    ) async throws(SQLError) -> [EventPlace] {
        var named: Set<EventPlace> = []
        let minutes = Set(places.map { PostingMinute(containing: $0.generated) }).sorted()
        let list = "[" + minutes.map { String($0.start) }.joined(separator: ",") + "]"
        for key in term {
            let read = try await rows.query(
                """
                SELECT p.minute, p.entries FROM JSON_TABLE(\(list), '$[*]'
                    COLUMNS (minute BIGINT PATH '$')) AS m
                STRAIGHT_JOIN posting AS p ON p.trait_key = \(key) AND p.minute = m.minute
                """)
            for row in read {
                named.formUnion(
                    PostingList.decode(row.blob(1), of: PostingMinute(start: row.integer(0))))
            }
        }
        return places.filter(named.contains)
    }

    private func query(
        _ key: Int64, in range: TimeRange, lists: Int
    ) async throws(SQLError) -> [SQLRow] {
        let first = PostingMinute(containing: range.lower).start
        let last = PostingMinute(containing: range.upper).start
        return try await rows.query(
            isAscending
                ? """
                SELECT minute, entries FROM posting
                WHERE trait_key = \(key) AND minute BETWEEN \(first) AND \(last)
                ORDER BY minute, list LIMIT \(lists)
                """
                : """
                SELECT minute, entries FROM posting
                WHERE trait_key = \(key) AND minute BETWEEN \(first) AND \(last)
                ORDER BY minute DESC, list DESC LIMIT \(lists)
                """)
    }

    private func query(_ key: Int64, minute: PostingMinute) async throws(SQLError) -> [SQLRow] {
        try await rows.query(
            """
            SELECT minute, entries FROM posting
            WHERE trait_key = \(key) AND minute = \(minute.start)
            """)
    }

    private func nearer(_ left: PostingMinute?, _ right: PostingMinute) -> PostingMinute {
        guard let left else { return right }
        return isAscending ? min(left, right) : max(left, right)
    }

    private func stretch(
        _ found: [PostingMinute: [EventPlace]], in range: TimeRange, unread: PostingMinute?
    ) -> Stretch {
        var covered = range
        var stretch = Stretch()
        if let unread {
            if isAscending {
                covered.upper = min(covered.upper, unread.start - 1)
                stretch.end = covered.upper
            } else {
                covered.lower = max(covered.lower, unread.start + PostingMinute.length)
                stretch.end = covered.lower
            }
        }
        for minute in found.keys.sorted(by: { isAscending ? $0 < $1 : $1 < $0 }) {
            var places = (found[minute] ?? []).filter(covered.contains)
            places.sort { isAscending ? $0 < $1 : $1 < $0 }
            // A place may be named by two keys of a term.
            for place in places where place != stretch.places.last {
                stretch.places.append(place)
            }
        }
        return stretch
    }
}

extension PostingMinute {
    fileprivate func next(_ isAscending: Bool) -> PostingMinute {
        PostingMinute(start: isAscending ? start + Self.length : start - Self.length)
    }
}
