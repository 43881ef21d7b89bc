import EventStore
import Values

/// The events of one transaction: each id once, in the order of the ids, so that instances that
/// bring the same ones lock them in one order.
struct EventGroup: Sendable {
    private(set) var events: [PreparedEvent]
    /// Stands in the rows of this group: how it knows them again, also after a link was lost.
    let origin = Int64.random(in: .min ... .max)
    /// For each event as it came: its place in `events`.
    private let places: [Int]
    private let incoming: [IncomingEvent]

    init(_ incoming: [IncomingEvent], ties: ClosedRange<UInt32> = Self.shortTies) {
        self.incoming = incoming
        var first: [ExactText: Int] = [:]
        for (index, one) in incoming.enumerated() where first[ExactText(one.event.messageID)] == nil
        {
            first[ExactText(one.event.messageID)] = index
        }
        let order = first.sorted { $0.key < $1.key }
        events = order.map { PreparedEvent(incoming[$0.value], tie: 0) }
        var places: [ExactText: Int] = [:]
        for (place, entry) in order.enumerated() { places[entry.key] = place }
        self.places = incoming.map { places[ExactText($0.event.messageID)] ?? 0 }
        drawTies(in: ties)
    }

    /// Draws a place for each event: after two events met in one, from more numbers.
    mutating func drawTies(in ties: ClosedRange<UInt32>) {
        var taken: Set<EventPlace> = []
        for index in events.indices {
            events[index].tie = UInt32.random(in: ties)
            while !taken.insert(events[index].place).inserted {
                events[index].tie = UInt32.random(in: Self.longTies)
            }
        }
    }

    /// Two bytes in a posting list: enough where few events share a microsecond.
    static let shortTies: ClosedRange<UInt32> = 0...0x3FFF
    /// For publishers whose clocks tell seconds only.
    static let longTies: ClosedRange<UInt32> = 0...UInt32.max

    /// What became of the events as they came.
    ///
    /// - Parameter known: for those of `events` that were stored before, the digest that is stored.
    func outcomes(known: [Int: [UInt8]]) -> [RecordOutcome] {
        var isTaken = [Bool](repeating: false, count: events.count)
        return zip(incoming, places).map { one, place in
            if known[place] == nil, !isTaken[place] {
                isTaken[place] = true
                return .accepted
            }
            let stored = known[place] ?? events[place].digest
            return one.digest == stored ? .duplicate : .conflict
        }
    }
}
