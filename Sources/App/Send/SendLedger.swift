import Synchronization

/// Where the batches under way write down what became of them.
final class SendLedger: Sendable {
    private let state = Mutex((tally: SendTally(), failure: SendFailure?.none))

    var tally: SendTally { state.withLock { $0.tally } }

    /// The first one; it ends the run.
    var failure: SendFailure? { state.withLock { $0.failure } }

    func add(_ outcome: (tally: SendTally, failure: SendFailure?)) {
        state.withLock { state in
            state.tally += outcome.tally
            state.failure = state.failure ?? outcome.failure
        }
    }
}
