import Synchronization

/// A request on its way to the loop, and who waits for what comes of it.
struct TransferOrder: Sendable {
    let request: OutgoingRequest
    let ticket: Ticket
    let continuation: CheckedContinuation<Result<IncomingResponse, HTTPClientError>, Never>

    func end(_ outcome: Result<IncomingResponse, HTTPClientError>) {
        continuation.resume(returning: outcome)
    }

    func cancel() {
        end(.failure(.cancelled(detail: "nobody waits for the answer any more")))
    }

    /// Says whether anybody still waits. Made before the order, so that a cancellation is not missed.
    final class Ticket: Sendable {
        private let flag = Atomic(false)

        var isCancelled: Bool { flag.load(ordering: .acquiring) }
        func cancel() { flag.store(true, ordering: .releasing) }
    }
}
