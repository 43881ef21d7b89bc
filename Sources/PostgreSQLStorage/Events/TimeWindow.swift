import EventStore
import SQL
import Values

/// A stretch of time that one statement searches; both ends belong to it.
struct TimeWindow: Equatable {
    var start: Timestamp
    var end: Timestamp

    /// Nil where nothing can lie in it.
    init?(_ start: Timestamp, _ end: Timestamp) {
        guard start <= end else { return nil }
        self.start = start
        self.end = end
    }

    /// What a query may find: what it says, and what lies behind its last page.
    init?(for query: EventQuery) {
        var start = query.start ?? .earliest
        var end = query.end ?? .latest
        if let after = query.after, query.order.sortsByTime {
            if query.order.isTimeAscending {
                start = max(start, after.generated)
            } else {
                end = min(end, after.generated)
            }
        }
        self.init(start, end)
    }

    /// What is left of it from a moment on; all of it where that would be nothing.
    func from(_ time: Timestamp) -> TimeWindow { TimeWindow(max(start, time), end) ?? self }

    /// What is left of it until a moment; all of it where that would be nothing.
    func until(_ time: Timestamp) -> TimeWindow { TimeWindow(start, min(end, time)) ?? self }

    /// Microseconds from its start to its end, at least one.
    var span: Int64 { max(1, end.microseconds - start.microseconds) }

    var condition: SQLStatement {
        "generated >= \(SQLValue(start)) AND generated <= \(SQLValue(end))"
    }

    /// The window in pieces, in the order of time that is asked for: few partitions at first, then
    /// twice as many each time. So a page of recent events plans and opens two or three partitions,
    /// and a search through all of them takes few statements.
    ///
    /// - Parameters:
    ///   - edges: where partitions begin or end, ascending.
    ///   - present: what lies after it is searched together with it: mostly nothing.
    func pieces(at edges: [Timestamp], ascending: Bool, present: Timestamp) -> [TimeWindow] {
        var cuts = edges.filter { $0 > start && $0 <= end }
        if !ascending {
            cuts.removeAll { $0 > present }
            cuts.reverse()
        }
        var pieces: [TimeWindow] = []
        var rest = self
        var partitions = 2
        while cuts.count > partitions {
            let cut = cuts[partitions - 1]
            cuts.removeFirst(partitions)
            partitions *= 2
            guard let (piece, other) = rest.divided(at: cut, ascending: ascending) else { continue }
            pieces.append(piece)
            rest = other
        }
        return pieces + [rest]
    }

    /// - Returns: the part that comes first in the order of time, and the other; the cut itself
    ///   belongs to the later one. Nil where one of them would be empty.
    func divided(
        at cut: Timestamp, ascending: Bool
    ) -> (first: TimeWindow, rest: TimeWindow)? {
        guard let earlier = TimeWindow(start, cut.advanced(byMicroseconds: -1)), cut > start,
            let later = TimeWindow(cut, end)
        else { return nil }
        return ascending ? (earlier, later) : (later, earlier)
    }
}
