package import EventStore
import Synchronization
package import Values

/// Events in memory: the reference the other drivers are tested against. Written to be plainly
/// right, not fast; `annals serve` never uses it.
package final class MemoryEventStorage: EventStorage {
    private let stored = Mutex<[ExactText: IncomingEvent]>([:])

    package init() {}

    package func record(_ events: [IncomingEvent]) async throws(StorageError) -> [RecordOutcome] {
        stored.withLock { stored in
            events.map { incoming in
                let id = ExactText(incoming.event.messageID)
                if let known = stored[id] {
                    return known.digest == incoming.digest ? .duplicate : .conflict
                }
                stored[id] = incoming
                return .accepted
            }
        }
    }

    package func events(matching query: EventQuery) async throws(StorageError) -> [Event] {
        let found = all { query.matches($0) }
            .filter { event in
                guard let after = query.after else { return true }
                return query.order.precedes(after, EventPosition(of: event))
            }
            .sorted { query.order.precedes(EventPosition(of: $0), EventPosition(of: $1)) }
        var page = EventPage(for: query)
        for event in found where !page.isFull { page.append(event) }
        return page.events
    }

    package func event(
        _ messageID: String, visibleTo visibility: Visibility
    ) async throws(StorageError) -> Event? {
        let known = stored.withLock { $0[ExactText(messageID)]?.event }
        guard let known, visibility.admits(known) else { return nil }
        return known
    }

    package func eventTypes(visibleTo visibility: Visibility) async throws(StorageError) -> [String]
    {
        Set(all(where: visibility.admits).map { ExactText($0.eventType) }).sorted().map(\.text)
    }

    package func traitDescriptions(
        of eventType: String, visibleTo visibility: Visibility
    ) async throws(StorageError) -> [TraitDescription] {
        let traits = all { $0.eventType.isExactly(eventType) && visibility.admits($0) }
            .flatMap(\.traits)
        return TraitType.allCases.flatMap { type in
            Set(traits.filter { $0.value.type == type }.map { ExactText($0.name) }).sorted()
                .map { TraitDescription(name: $0.text, type: type) }
        }
    }

    package func deleteEvents(
        before cutoff: Timestamp, of types: EventTypeSelection, batchSize: Int
    ) async throws(StorageError) -> Int {
        let old = all { $0.generated < cutoff && types.includes($0.eventType) }
            .sorted {
                EventOrder.oldestFirst.precedes(EventPosition(of: $0), EventPosition(of: $1))
            }
            .prefix(batchSize)
        stored.withLock { stored in
            for event in old { stored[ExactText(event.messageID)] = nil }
        }
        return old.count
    }

    package func eventCount() async throws(StorageError) -> Int? {
        stored.withLock { $0.count }
    }

    package func status() async -> StorageStatus {
        StorageStatus(
            engine: "memory", engineVersion: "-", location: "memory", schemaVersion: 0,
            schemaWanted: 0,
            durability: [DurabilitySetting(name: "durable", value: "never", isSafe: false)],
            failure: nil)
    }

    private func all(where condition: (Event) -> Bool) -> [Event] {
        stored.withLock { Array($0.values) }.map(\.event).filter(condition)
    }
}
