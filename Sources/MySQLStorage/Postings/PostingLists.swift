import SQL
import Values

/// The first lists of one key in a stretch of time, whole minutes of them, in the order of time.
struct PostingLists {
    struct List {
        let minute: PostingMinute
        let number: Int64
        let places: [EventPlace]
    }

    let key: Int64
    private(set) var lists: [List] = []
    /// Where the next ones begin; nil where there are none.
    private(set) var end: Int64?

    init(
        _ key: Int64, in range: TimeRange, atMost count: Int, from rows: EventRows
    ) async throws(SQLError) {
        self.key = key
        let first = PostingMinute(containing: range.lower).start
        let last = PostingMinute(containing: range.upper).start
        var found = try await rows.query(
            """
            SELECT minute, list, entries FROM posting
            WHERE trait_key = \(key) AND minute BETWEEN \(first) AND \(last)
            ORDER BY minute, list LIMIT \(count)
            """)
        if found.count == count, let edge = found.last?.integer(0) {
            found.removeAll { $0.integer(0) == edge }
            end = edge
            if found.isEmpty {
                found = try await rows.query(
                    """
                    SELECT minute, list, entries FROM posting
                    WHERE trait_key = \(key) AND minute = \(edge)
                    """)
                end = edge + PostingMinute.length
            }
        }
        lists = found.map { row in
            let minute = PostingMinute(start: row.integer(0))
            return List(
                minute: minute, number: row.integer(1),
                places: PostingList.decode(row.blob(2), of: minute))
        }
    }

    /// In the order of time.
    var places: [EventPlace] { lists.flatMap(\.places).sorted() }
}
