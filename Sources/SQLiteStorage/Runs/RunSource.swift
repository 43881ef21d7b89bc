import EventStore
import SQL
import SQLite
import Values

/// The candidates of one run, from the query's edge on.
final class RunSource: EventSource {
    private let run: Run
    private let range: ClosedRange<Int64>
    private let ascending: Bool
    /// Where the page before ended, if ids of that time are to be skipped by rank.
    private let after: EventPosition?
    private let postings: RunPostings
    private var order: RunOrder
    /// Ranks that are still to come, in reverse: the next one is the last.
    private var ranks: [UInt32] = []
    private var nextPart: Int?
    private var isOpen = false

    init(
        _ run: Run, _ query: EventQuery, plan: IndexPlan, range: ClosedRange<Int64>,
        sizes: RunSizes
    ) {
        self.run = run
        self.range = range
        ascending = query.order.isTimeAscending
        after = query.order == .oldestFirst || query.order == .newestFirst ? query.after : nil
        postings = RunPostings(run: run, plan: plan, sizes: sizes)
        order = RunOrder(of: run)
    }

    var edge: Int64 {
        ascending ? max(run.earliest, range.lowerBound) : min(run.latest, range.upperBound)
    }

    func next(in rows: EventRows) throws(SQLError) -> RunEntry? {
        if !isOpen { try open(rows) }
        while true {
            if let rank = ranks.popLast() {
                let entry = try order.entry(at: Int(rank), in: rows.database)
                return range.contains(entry.generated) ? entry : nil
            }
            guard let part = nextPart else { return nil }
            try load(from: part, in: rows.database)
        }
    }

    private func open(_ rows: EventRows) throws(SQLError) {
        isOpen = true
        let first = try firstRank(rows)
        guard (0..<run.eventCount).contains(first) else { return }
        try load(from: postings.sizes.part(of: first), in: rows.database)
        if ascending {
            ranks.removeLast(ranks.count - ranks.partitioningIndex { $0 < first })
        } else {
            ranks.removeLast(ranks.count - ranks.partitioningIndex { $0 > first })
        }
    }

    private func load(from part: Int, in database: Database) throws(SQLError) {
        let next = try postings.ranks(from: part, ascending: ascending, in: database)
        ranks = next.map { ascending ? $0.ranks.reversed() : $0.ranks } ?? []
        nextPart = next.map { $0.part + (ascending ? 1 : -1) }
        if nextPart == -1 { nextPart = nil }
    }

    /// The first rank that can be in the page, in the query's direction.
    private func firstRank(_ rows: EventRows) throws(SQLError) -> Int {
        let edge = ascending ? range.lowerBound : range.upperBound
        let tie = after.flatMap { $0.generated.microseconds == edge ? $0.messageID : nil }
        if ascending { return try rank(notBefore: edge, tie, rows) }
        if let tie { return try rank(notBefore: edge, tie, rows) - 1 }
        return edge == .max ? run.eventCount - 1 : try rank(notBefore: edge + 1, nil, rows) - 1
    }

    /// The first rank at or behind a place in (generated, message_id), by halving.
    ///
    /// An event that retention has deleted has no id any more and counts as behind the place: the
    /// search begins a little early then, never late.
    private func rank(
        notBefore time: Int64, _ messageID: String?, _ rows: EventRows
    ) throws(SQLError) -> Int {
        var (low, high) = (0, run.eventCount)
        if time <= run.earliest, messageID == nil { return low }
        if time > run.latest { return high }
        while low < high {
            let middle = (low + high) / 2
            let entry = try order.entry(at: middle, in: rows.database)
            var isBefore = entry.generated < time
            if entry.generated == time, let messageID {
                let id = try rows.messageID(number: entry.number)
                isBefore = id?.precedesExactly(messageID) ?? false
            }
            if isBefore { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension [UInt32] {
    /// The first index whose element fulfils `condition`, where all behind it do as well.
    fileprivate func partitioningIndex(where condition: (Int) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if condition(Int(self[middle])) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

/// The candidates of one segment of the tail.
final class TailSource: EventSource {
    private var remaining: [TailEntry]
    private let range: ClosedRange<Int64>
    private let ascending: Bool
    private var isSorted = false
    let edge: Int64

    /// Nil where the segment has nothing in that range.
    init?(_ candidates: TailCandidates, ascending: Bool, range: ClosedRange<Int64>) {
        guard candidates.latest >= range.lowerBound, candidates.earliest <= range.upperBound else {
            return nil
        }
        remaining = candidates.entries
        self.range = range
        self.ascending = ascending
        edge =
            ascending
            ? max(candidates.earliest, range.lowerBound) : min(candidates.latest, range.upperBound)
    }

    func next(in rows: EventRows) -> RunEntry? {
        if !isSorted { sort() }
        return remaining.popLast().map {
            RunEntry(generated: $0.position.generated.microseconds, number: $0.number)
        }
    }

    /// The next entry is the last of the array.
    private func sort() {
        isSorted = true
        let order: EventOrder = ascending ? .newestFirst : .oldestFirst
        remaining = remaining.filter { range.contains($0.position.generated.microseconds) }
            .sorted { order.precedes($0.position, $1.position) }
    }
}
