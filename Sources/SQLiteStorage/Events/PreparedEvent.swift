import EventStore
import SQLStorage

/// An event with all that can be computed before the writer's thread is needed.
struct PreparedEvent: Sendable {
    let event: Event
    let digest: [UInt8]
    let traits: [UInt8]
    let keys: [Int64]
    /// Stands for the event's type and the names and types of its traits: publishers send thousands
    /// of events of one shape, and what a shape needs noted is noted once.
    let shape: Int64

    init(_ incoming: IncomingEvent) {
        event = incoming.event
        digest = incoming.digest
        traits = TraitCodec.encode(incoming.event.traits)
        keys = IndexKey.all(of: incoming.event)
        shape = IndexKey.shape(of: incoming.event, keys)
    }
}
