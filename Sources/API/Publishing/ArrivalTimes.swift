internal import EventStore
internal import Values

/// Events that name no time get that of their arrival, another one whenever they are sent: such an
/// event is in conflict with itself until the stored one has been looked at.
struct ArrivalTimes: Sendable {
    let storage: any EventStorage

    /// - Parameter outcomes: of the events of `batch` that could be read, in order.
    /// - Returns: the same, with `.duplicate` for what differs from the stored event in nothing but a
    ///   time that it did not name.
    func judged(
        _ outcomes: [RecordOutcome], of batch: PublishedBatch
    ) async throws(StorageError) -> [RecordOutcome] {
        guard outcomes.contains(.conflict) else { return outcomes }
        let decoded = batch.items.compactMap { try? $0.get() }
        var judged = outcomes
        for (index, event) in decoded.enumerated()
        where outcomes[index] == .conflict && event.hasArrivalTime {
            if try await isStored(event.event) { judged[index] = .duplicate }
        }
        return judged
    }

    private func isStored(_ event: Event) async throws(StorageError) -> Bool {
        // It may have been deleted meanwhile: then the conflict was one.
        guard let stored = try await storage.event(event.messageID, visibleTo: .everything) else {
            return false
        }
        let sameTime = Event(
            messageID: event.messageID, eventType: event.eventType, generated: stored.generated,
            orderedTraits: event.traits, raw: event.raw)
        return sameTime.contentBytes() == stored.contentBytes()
    }
}

extension DecodedEvent {
    fileprivate var hasArrivalTime: Bool { notes.contains { $0.code == .arrivalTime } }
}
