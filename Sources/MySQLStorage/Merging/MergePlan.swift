/// Lists in the table `posting` that are to become fewer.
struct ListsToMerge {
    let key: Int64
    let span: PostingSpan
    /// Of the day or the minute whose list they become.
    let start: Int64
    /// The lists of minutes as they are now.
    let lists: [(minute: Int64, number: Int64)]
    /// Of their entries, at most, once they are merged.
    let bytes: Int
}

/// What to merge of some neighbouring rows of `posting`, by their sizes alone.
///
/// A key that is rare in a day gets lists of the day. One with so many events that its lists of
/// minutes are long by themselves keeps these, one a minute: a page of them is read faster. A lone
/// list stays where it is.
struct MergePlan {
    private(set) var merges: [ListsToMerge] = []
    private(set) var end: End

    /// What was read.
    enum End: Equatable {
        /// All keys.
        case all
        /// All of a key, and of those before it.
        case key(Int64)
        /// Of a key the minutes up to this one, and all of the keys before it.
        case minute(Int64, of: Int64)
    }

    /// A row of `posting` without its entries.
    struct Row {
        let key: Int64
        let minute: Int64
        let number: Int64
        let bytes: Int
    }

    /// More of a key in a day stay lists of minutes.
    static let mostDayLists = 8

    /// - Parameters:
    ///   - rows: in the order of the primary key.
    ///   - isCut: there may be more rows behind them.
    ///   - days: of which lists are to be merged.
    init(_ rows: [Row], isCut: Bool, days: Set<Int64>) {
        var rows = rows[...]
        end = .all
        /// The key whose days may be incomplete.
        var partial: Int64?
        if isCut, let last = rows.last, let first = rows.first {
            if first.key != last.key {
                rows = rows.prefix(while: { $0.key != last.key })
                end = .key(rows.last?.key ?? first.key)
            } else {
                partial = last.key
                if first.minute != last.minute {
                    rows = rows.prefix(while: { $0.minute != last.minute })
                }
                end = .minute(rows.last?.minute ?? last.minute, of: last.key)
            }
        }
        for day in rows.runs(by: { [$0.key, PostingSpan.day.start(containing: $0.minute)] }) {
            guard let first = day.first else { continue }
            let start = PostingSpan.day.start(containing: first.minute)
            if days.contains(start) { append(day, of: start, isWhole: first.key != partial) }
        }
        // One minute with more lists than are read at once is merged bit by bit.
        if let partial, let minute = rows.last?.minute, rows.first?.minute == minute,
            !merges.isEmpty
        {
            end = .minute(minute - 1, of: partial)
        }
    }

    private mutating func append(_ rows: ArraySlice<Row>, of day: Int64, isWhole: Bool) {
        guard rows.count > 1, let first = rows.first else { return }
        let merge = ListsToMerge(rows, key: first.key, .day, start: day)
        if isWhole, merge.bytes <= Self.mostDayLists * PostingList.mostDayBytes {
            merges.append(merge)
            return
        }
        for minute in rows.runs(by: { [$0.minute] }) where minute.count > 1 {
            guard let start = minute.first?.minute else { continue }
            let merge = ListsToMerge(minute, key: first.key, .minute, start: start)
            // Lists that are full already would become as many.
            if merge.bytes / PostingList.mostMinuteBytes + 1 < minute.count { merges.append(merge) }
        }
    }
}

extension ListsToMerge {
    fileprivate init(
        _ rows: ArraySlice<MergePlan.Row>, key: Int64, _ span: PostingSpan, start: Int64
    ) {
        self.key = key
        self.span = span
        self.start = start
        lists = rows.map { ($0.minute, $0.number) }
        // The time of a list's first entry may take more bytes after another entry than alone.
        bytes = rows.reduce(0) { $0 + $1.bytes + 3 }
    }
}

extension ArraySlice {
    /// Neighbours with the same name.
    fileprivate func runs(by name: (Element) -> [Int64]) -> [ArraySlice<Element>] {
        var runs: [ArraySlice<Element>] = []
        var start = startIndex
        while start < endIndex {
            let wanted = name(self[start])
            let end = self[start...].firstIndex { name($0) != wanted } ?? endIndex
            runs.append(self[start..<end])
            start = end
        }
        return runs
    }
}
