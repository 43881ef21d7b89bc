/// Takes batches from many requests at once and answers each when its events are durable.
/// What the publisher route speaks to; `GroupCommit` is the one that writes into the store.
package protocol EventRecorder: Sendable {
    /// As `EventStorage.record`, but several calls may share one transaction.
    ///
    /// - Parameter arrived: when the batch came. Its sender's patience began there, however many
    ///   recorders stand behind each other.
    /// - Throws: `.busy` at once when the queue is full: the caller should try again later.
    func take(
        _ events: [IncomingEvent], arrived: ContinuousClock.Instant
    ) async throws(StorageError) -> EventReceipt
}

extension EventRecorder {
    /// Takes a batch that has just come.
    package func take(_ events: [IncomingEvent]) async throws(StorageError) -> EventReceipt {
        try await take(events, arrived: .now)
    }
}

/// Where the events of a batch are when it is acknowledged. Either way they survive a crash of the
/// process and of the machine.
package enum EventReceipt: Sendable, Equatable {
    /// In the store; one outcome per event, in order.
    case stored([RecordOutcome])
    /// On this machine's disk, from where they go into the store as soon as it takes them.
    case spooled
}
