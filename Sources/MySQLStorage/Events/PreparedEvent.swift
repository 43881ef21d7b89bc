import EventStore
import SQLStorage
import Values

/// An event with all that can be computed before a connection is needed.
struct PreparedEvent: Sendable {
    let event: Event
    let digest: [UInt8]
    let type: ExactText
    /// See `TraitDocument`.
    let traits: [UInt8]
    /// What the event is found by; see `PostingKeys`.
    let keys: [Int64]
    /// Stands for the event's type and the names and types of its traits; see `event_shape`.
    let shape: Int64
    /// Tells it from other events of the same microsecond.
    var tie: UInt32

    init(_ incoming: IncomingEvent, tie: UInt32) {
        event = incoming.event
        digest = incoming.digest
        type = ExactText(event.eventType)
        traits = TraitDocument.encode(event.traits)
        let all = IndexKey.all(of: event)
        shape = IndexKey.shape(of: event, all)
        keys = PostingKeys.of(event, all, shape: shape)
        self.tie = tie
    }

    var place: EventPlace { EventPlace(generated: event.generated.microseconds, tie: tie) }
}

/// Where an event is: the primary key of the table `event`.
struct EventPlace: Sendable, Hashable, Comparable {
    /// Microseconds since 1970.
    let generated: Int64
    let tie: UInt32

    static func < (left: EventPlace, right: EventPlace) -> Bool {
        left.generated == right.generated ? left.tie < right.tie : left.generated < right.generated
    }
}
