import CLibPQ
import Dispatch
import Glibc
import SQL

/// How long one statement may be waited for, and what happens when that is over or when whoever asked
/// has gone: the server is told to cancel the statement, and has a moment to answer.
final class Wait {
    private let deadline: ContinuousClock.Instant
    private let isCancellable: Bool
    private var cancellation: (reason: SQLError.Kind, request: CancelRequest)?
    private var graceEnd: ContinuousClock.Instant?

    /// How soon a cancelled task is noticed.
    private static let slice = Duration.milliseconds(100)
    /// How long the server has to end a statement that was cancelled; the link is given up then.
    private static let grace = Duration.seconds(2)

    /// - Parameter isCancellable: false for COMMIT. A server that waits for its standby takes a
    ///   cancelled COMMIT as done, and so would we.
    init(_ limit: Duration, isCancellable: Bool = true) {
        deadline = .now + limit
        self.isCancellable = isCancellable
    }

    /// Waits for the socket.
    func ready(_ link: ServerLink, _ events: Int32) throws(SQLError) {
        while true {
            let end = graceEnd ?? deadline
            let left = end - .now
            if try link.poll(events, for: max(.zero, min(left, Self.slice))) { return }
            if cancellation == nil {
                if Task.isCancelled, isCancellable { cancel(link, .cancelled) }
                if left <= .zero { try endOfTime(link) }
            } else if left <= .zero {
                throw giveUp(link)
            }
        }
    }

    private func endOfTime(_ link: ServerLink) throws(SQLError) {
        guard isCancellable else {
            link.markBroken()
            throw SQLError(
                kind: .unavailable, code: 0, state: "08006",
                message: "PostgreSQL did not answer a COMMIT in time")
        }
        cancel(link, .timedOut)
    }

    private func cancel(_ link: ServerLink, _ reason: SQLError.Kind) {
        if cancellation != nil { return }
        cancellation = (reason, CancelRequest(link.handle))
        graceEnd = .now + Self.grace
    }

    private func giveUp(_ link: ServerLink) -> SQLError {
        link.markBroken()
        return ending(
            SQLError(kind: .unavailable, code: 0, message: "PostgreSQL did not answer in time"))
    }

    /// The failure of a statement, seen by whoever asked: one that we had cancelled failed for our
    /// reason.
    func ending(_ error: SQLError) -> SQLError {
        guard let cancellation, error.state == "57014" || error.state.isEmpty else { return error }
        let message =
            cancellation.reason == .timedOut
            ? "the statement ran into its time limit and was cancelled in the server"
            : "the caller has gone; the statement was cancelled in the server"
        return SQLError(kind: cancellation.reason, code: 0, state: "57014", message: message)
    }

    /// Before the link is used again: a cancellation still on its way would hit the next statement.
    func finish(_ link: ServerLink) {
        if let cancellation, !cancellation.request.hasEnded(within: Self.grace) {
            link.markBroken()
        }
    }
}

/// Tells the server to cancel what a link has under way: over a link of its own, on a thread of its
/// own, since libpq blocks until the server has heard it.
private final class CancelRequest {
    private let ended = DispatchSemaphore(value: 0)

    init(_ connection: OpaquePointer) {
        guard let cancel = PQgetCancel(connection) else { return }
        let ticket = Ticket(handle: cancel)
        let ended = self.ended
        DispatchQueue.global().async {
            var reason = [CChar](repeating: 0, count: 256)
            // A request that fails changes nothing: the wait for the answer ends in any case.
            _ = PQcancel(ticket.handle, &reason, Int32(reason.count))
            PQfreeCancel(ticket.handle)
            ended.signal()
        }
    }

    func hasEnded(within limit: Duration) -> Bool {
        let milliseconds = Int(limit.components.seconds * 1000)
        return ended.wait(timeout: .now() + .milliseconds(milliseconds)) == .success
    }

    /// The closure that carries it is the only one to use and to free it.
    private struct Ticket: @unchecked Sendable {
        let handle: OpaquePointer
    }
}
