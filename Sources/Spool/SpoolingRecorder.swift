package import EventStore
import Metrics

/// Writes into the store, and into the spool where the store is away or slow.
///
/// The order of what is acknowledged is kept: while anything waits in the spool, what comes goes
/// behind it. So of two events with one id the one acknowledged first is the one that stays.
package struct SpoolingRecorder: EventRecorder {
    private let recorder: any EventRecorder
    private let spool: EventSpool
    private let patience: Duration

    /// - Parameters:
    ///   - recorder: gives up by itself `patience` after the batch arrived.
    ///   - patience: longest time from there that a batch waits where another way is left.
    package init(_ recorder: any EventRecorder, spool: EventSpool, patience: Duration) {
        self.recorder = recorder
        self.spool = spool
        self.patience = patience
    }

    package func take(
        _ events: [IncomingEvent], arrived: ContinuousClock.Instant
    ) async throws(StorageError) -> EventReceipt {
        if spool.isEmpty { return try await store(events, arrived) }
        await spool.catchUp.turn(of: events.count, within: arrived + patience - .now)
        // It may have run empty while we waited. The store has what is left of the time.
        if spool.isEmpty { return try await store(events, arrived) }
        do throws(SpoolError) {
            return try await keep(events)
        } catch {
            // The store may take what the spool cannot. It comes before its turn then, which is
            // better than not at all.
            do throws(StorageError) {
                return try await recorder.take(events, arrived: arrived)
            } catch let failure {
                throw .unavailable(detail: "\(failure.detail); \(error)")
            }
        }
    }

    private func store(
        _ events: [IncomingEvent], _ arrived: ContinuousClock.Instant
    ) async throws(StorageError) -> EventReceipt {
        let failure: StorageError
        do throws(StorageError) {
            return try await recorder.take(events, arrived: arrived)
        } catch {
            // Nobody waits for an answer to it.
            if error == .cancelled { throw error }
            failure = error
        }
        do throws(SpoolError) {
            return try await keep(events)
        } catch {
            throw .unavailable(detail: "\(failure.detail); \(error)")
        }
    }

    private func keep(_ events: [IncomingEvent]) async throws(SpoolError) -> EventReceipt {
        do throws(SpoolError) {
            try await spool.keep(events)
            return .spooled
        } catch {
            Counter(label: "spool_failures", dimensions: [("kind", error.label)]).increment()
            throw error
        }
    }
}
