/// Takes batches from many requests at once and answers each when its events are durable.
/// What the publisher route speaks to; `GroupCommit` is the one that serves.
package protocol EventRecorder: Sendable {
    /// As `EventStorage.record`, but several calls share one transaction.
    ///
    /// - Throws: `.busy` at once when the queue is full: the caller should try again later.
    func record(_ events: [IncomingEvent]) async throws(StorageError) -> [RecordOutcome]
}
