package import Values

/// Which events, in which order, from where on, and how many. All conditions hold together.
package struct EventQuery: Sendable, Equatable {
    package var eventType: String?
    package var messageID: String?
    /// First instant of `generated` that matches.
    package var start: Timestamp?
    /// Last instant of `generated` that matches.
    package var end: Timestamp?
    package var traits: [TraitFilter]
    /// A trait the event must have, whatever its value, null included.
    package var having: TraitDescription?
    package var order: EventOrder
    /// The page begins right after this place in `order`; the event itself need not exist any more.
    package var after: EventPosition?
    /// Most events in the answer; at least 0.
    package var limit: Int
    /// The answer ends early with the event that takes it beyond so many bytes (`Event.byteCount`),
    /// so that a page of large events fits in memory.
    package var mostBytes = 8 << 20
    package var visibility: Visibility

    package init(
        eventType: String? = nil, messageID: String? = nil, start: Timestamp? = nil,
        end: Timestamp? = nil, traits: [TraitFilter] = [], having: TraitDescription? = nil,
        order: EventOrder = .oldestFirst, after: EventPosition? = nil, limit: Int = 100,
        visibility: Visibility = .everything
    ) {
        self.eventType = eventType
        self.messageID = messageID
        self.start = start
        self.end = end
        self.traits = traits
        self.having = having
        self.order = order
        self.after = after
        self.limit = limit
        self.visibility = visibility
    }

    /// The query's meaning, in one place: drivers may be clever about finding candidates, but an
    /// event belongs to the answer if and only if this is true (and it lies after `after`).
    package func matches(_ event: Event) -> Bool {
        if let eventType, !event.eventType.isExactly(eventType) { return false }
        if let messageID, !event.messageID.isExactly(messageID) { return false }
        if let start, event.generated < start { return false }
        if let end, event.generated > end { return false }
        if let having, !event.traits.contains(where: having.describes) { return false }
        return traits.allSatisfy { $0.matches(event) } && visibility.admits(event)
    }
}

/// The events of a page while it is filled; knows when it is full.
package struct EventPage: Sendable {
    package private(set) var events: [Event] = []
    private let limit: Int
    private let mostBytes: Int
    private var bytes = 0

    package init(for query: EventQuery) {
        limit = query.limit
        mostBytes = query.mostBytes
    }

    package var isFull: Bool { events.count >= limit || bytes > mostBytes }

    package mutating func append(_ event: Event) {
        events.append(event)
        bytes += event.byteCount
    }
}

/// A place in any order of events.
package struct EventPosition: Sendable, Hashable {
    package let generated: Timestamp
    package let messageID: String

    package init(generated: Timestamp, messageID: String) {
        self.generated = generated
        self.messageID = messageID
    }

    package init(of event: Event) {
        self.init(generated: event.generated, messageID: event.messageID)
    }
}

/// A total order: `messageID` is unique and always decides in the end.
package enum EventOrder: Sendable, Hashable, CaseIterable {
    case oldestFirst  // generated ascending, message_id ascending
    case newestFirst  // generated descending, message_id descending
    case oldestFirstIDDescending
    case newestFirstIDAscending
    case idAscending
    case idDescending

    package func precedes(_ left: EventPosition, _ right: EventPosition) -> Bool {
        if sortsByTime, left.generated != right.generated {
            return isTimeAscending
                ? left.generated < right.generated : left.generated > right.generated
        }
        return isIDAscending
            ? left.messageID.precedesExactly(right.messageID)
            : right.messageID.precedesExactly(left.messageID)
    }

    /// False where only the id counts.
    package var sortsByTime: Bool { self != .idAscending && self != .idDescending }
    package var isTimeAscending: Bool { self == .oldestFirst || self == .oldestFirstIDDescending }
    package var isIDAscending: Bool {
        self == .oldestFirst || self == .newestFirstIDAscending || self == .idAscending
    }
}
