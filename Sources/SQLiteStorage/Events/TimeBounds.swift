import EventStore
import Values

/// The times a page can hold: what the query says, where the last page ended, what retention left.
struct TimeBounds {
    /// Microseconds; empty ranges are nil.
    let range: ClosedRange<Int64>?

    /// - Parameter retainedFrom: everything generated before it has been deleted.
    init(for query: EventQuery, retainedFrom: Int64) {
        var lower = max(retainedFrom, query.start?.microseconds ?? .min)
        var upper = query.end?.microseconds ?? .max
        if let after = query.after, query.order.sortsByTime {
            let edge = after.generated.microseconds
            if query.order.isTimeAscending {
                lower = max(lower, edge)
            } else {
                upper = min(upper, edge)
            }
        }
        range = lower <= upper ? lower...upper : nil
    }
}
