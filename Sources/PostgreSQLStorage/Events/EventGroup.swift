import EventStore
import Values

/// The events of one call, each id once, in the order of their ids: two instances that write the same
/// ids then wait for each other in one direction only.
struct EventGroup: Sendable {
    /// What is offered to the database.
    let events: [PreparedEvent]
    /// For each event of the call, where its id stands in `events`.
    private let places: [Int]
    private let digests: [[UInt8]]

    init(_ incoming: [IncomingEvent]) {
        // The sort is stable: of the same id the one that came first stands first.
        let order = incoming.indices.sorted {
            incoming[$0].event.messageID.precedesExactly(incoming[$1].event.messageID)
        }
        var firsts: [Int] = []
        firsts.reserveCapacity(incoming.count)
        var places = Array(repeating: 0, count: incoming.count)
        for index in order {
            let id = incoming[index].event.messageID
            if firsts.last.map({ incoming[$0].event.messageID.isExactly(id) }) != true {
                firsts.append(index)
            }
            places[index] = firsts.count - 1
        }
        events = firsts.map { PreparedEvent(incoming[$0]) }
        self.places = places
        digests = incoming.map(\.digest)
    }

    /// - Parameter stored: for each of `events`, whether it was stored now, or what is there instead.
    /// - Returns: one outcome for each event of the call, in its order.
    func outcomes(_ stored: [StoredID]) -> [RecordOutcome] {
        var isTaken = Array(repeating: false, count: events.count)
        return places.indices.map { index in
            let place = places[index]
            switch stored[place] {
            case .new:
                let isFirst = !isTaken[place]
                isTaken[place] = true
                if isFirst { return .accepted }
                return digests[index] == events[place].digest ? .duplicate : .conflict
            case .known(let digest):
                return digests[index] == digest ? .duplicate : .conflict
            }
        }
    }
}

/// What the table `event_id` said to an id.
enum StoredID: Sendable, Equatable {
    case new
    /// There already, with content of that digest.
    case known(digest: [UInt8])
}
