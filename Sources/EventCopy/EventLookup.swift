import EventStore
import Values

/// Finds many events of a store by their ids.
///
/// Events of a page lie close together in time, so a few pages in time order hold nearly all of them;
/// those that lie apart are asked for one by one.
struct EventLookup: Sendable {
    private let storage: any EventStorage
    private static let eventsAtOnce = 250
    private static let requestsAtOnce = 8

    init(_ storage: any EventStorage) {
        self.storage = storage
    }

    /// Those of `events` that the store has, as the store has them.
    func events(like events: [Event]) async throws(StorageError) -> [ExactText: Event] {
        let ordered = events.sorted { $0.generated < $1.generated }
        var found: [ExactText: Event] = [:]
        for start in stride(from: 0, to: ordered.count, by: Self.eventsAtOnce) {
            let some = ordered[start..<min(start + Self.eventsAtOnce, ordered.count)]
            try await find(some, into: &found)
        }
        return found
    }

    private func find(
        _ wanted: ArraySlice<Event>, into found: inout [ExactText: Event]
    ) async throws(StorageError) {
        var missing = Set(wanted.map { ExactText($0.messageID) })
        var query = EventQuery(
            start: wanted.first?.generated, end: wanted.last?.generated, order: .oldestFirst,
            limit: Self.eventsAtOnce)
        // Twice as many as are wanted: what is not there by then lies apart, or is not there.
        var budget = 2 * wanted.count
        while !missing.isEmpty, budget > 0 {
            let page = try await storage.events(matching: query)
            for event in page where missing.remove(ExactText(event.messageID)) != nil {
                found[ExactText(event.messageID)] = event
            }
            guard let last = page.last else { break }
            budget -= page.count
            query.after = EventPosition(of: last)
            query.start = last.generated
        }
        for event in try await askOneByOne(missing) { found[ExactText(event.messageID)] = event }
    }

    private func askOneByOne(_ ids: Set<ExactText>) async throws(StorageError) -> [Event] {
        var waiting = Array(ids)[...]
        var events: [Event] = []
        while !waiting.isEmpty {
            let some = waiting.prefix(Self.requestsAtOnce)
            waiting = waiting.dropFirst(some.count)
            events += try await askAtOnce(some)
        }
        return events
    }

    private func askAtOnce(_ ids: ArraySlice<ExactText>) async throws(StorageError) -> [Event] {
        let storage = storage
        let answers = await withTaskGroup(of: Result<Event?, StorageError>.self) { group in
            for id in ids {
                group.addTask {
                    do throws(StorageError) {
                        return .success(try await storage.event(id.text, visibleTo: .everything))
                    } catch {
                        return .failure(error)
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        var events: [Event] = []
        for answer in answers { if let event = try answer.get() { events.append(event) } }
        return events
    }
}
