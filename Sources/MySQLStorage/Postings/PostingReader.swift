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
        for (key, lists) in try await query(term, in: range, lists: lists) {
            var read = lists.rows
            if lists.isCut, let last = read.last?.minute {
                read.removeAll { $0.minute == last }
                if read.isEmpty {
                    read = try await query(key, minute: last)
                    unread = nearer(unread, last.next(isAscending))
                } else {
                    unread = nearer(unread, last)
                }
            }
            for row in read { found[row.minute, default: []] += row.places }
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

    private struct List {
        let minute: PostingMinute
        let places: [EventPlace]

        init(minute: Int64, entries: [UInt8]) {
            self.minute = PostingMinute(start: minute)
            places = PostingList.decode(entries, of: self.minute)
        }
    }

    private struct Lists {
        var rows: [List] = []
        /// The server may have more of them.
        var isCut = false
    }

    private func query(
        _ term: [Int64], in range: TimeRange, lists: Int
    ) async throws(SQLError) -> [Int64: Lists] {
        var found: [Int64: Lists] = [:]
        var rest = term[...]
        while !rest.isEmpty {
            let keys = Array(rest.prefix(Self.keysAtOnce))
            rest = rest.dropFirst(Self.keysAtOnce)
            for row in try await rows.query(statement(keys, in: range, lists: lists)) {
                let list = List(minute: row.integer(1), entries: row.blob(2))
                found[row.integer(0), default: Lists()].rows.append(list)
            }
        }
        return found.mapValues { Lists(rows: $0.rows, isCut: $0.rows.count >= lists) }
    }

    private static let keysAtOnce = 8

    /// The first lists of each key: one SELECT a key, each of which reads a piece of the index.
    private func statement(_ keys: [Int64], in range: TimeRange, lists: Int) -> SQLStatement {
        let first = PostingMinute(containing: range.lower).start
        let last = PostingMinute(containing: range.upper).start
        var statement: SQLStatement = ""
        for (index, key) in keys.enumerated() {
            if index > 0 { statement += " UNION ALL " }
            statement += """
                (SELECT trait_key, minute, entries FROM posting
                WHERE trait_key = \(key) AND minute BETWEEN \(first) AND \(last)
                """
            statement +=
                isAscending
                ? " ORDER BY minute, list LIMIT \(lists))"
                : " ORDER BY minute DESC, list DESC LIMIT \(lists))"
        }
        return statement
    }

    private func query(
        _ key: Int64, minute: PostingMinute
    ) async throws(SQLError) -> [List] {
        try await rows.query(
            """
            SELECT minute, entries FROM posting
            WHERE trait_key = \(key) AND minute = \(minute.start)
            """
        ).map { List(minute: $0.integer(0), entries: $0.blob(1)) }
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
