/// Closed on purpose: a driver translates every failure into one of these before it throws.
package enum StorageError: Error, Sendable, Equatable {
    /// The query cannot be answered as it stands; the reason is a sentence for the user.
    case invalidQuery(reason: String)
    /// Another holds what is needed; trying again helps.
    case busy(detail: String)
    /// The database is away, or its schema is not there yet; what was sent can be sent again.
    case unavailable(detail: String)
    /// There is no room: nothing can be written, reading goes on.
    case full(detail: String)
    /// The query ran for longer than is allowed.
    case timedOut(detail: String)
    /// The caller has gone; nobody waits for the answer.
    case cancelled
    case failed(detail: String)

    /// Safe to show to any client: says what to do, holds nothing of the engine's.
    package var userMessage: String {
        switch self {
        case .invalidQuery(let reason): reason
        case .busy: "The store is busy. Try again in a moment."
        case .unavailable: "The store cannot be reached. Try again in a moment."
        case .full: "The store has no room for new events. Try again when the operator made some."
        case .timedOut: "The query took too long. Narrow it by time, type or an equal trait."
        case .cancelled: "The request was cancelled."
        case .failed: "The store failed. The operator's log has the cause."
        }
    }

    /// For metrics.
    package var label: String {
        switch self {
        case .invalidQuery: "invalid_query"
        case .busy: "busy"
        case .unavailable: "unavailable"
        case .full: "full"
        case .timedOut: "timed_out"
        case .cancelled: "cancelled"
        case .failed: "failed"
        }
    }

    /// For the operator's log.
    package var detail: String {
        switch self {
        case .invalidQuery(let reason): reason
        case .busy(let detail), .unavailable(let detail), .full(let detail),
            .timedOut(let detail), .failed(let detail):
            detail
        case .cancelled: "cancelled"
        }
    }
}
