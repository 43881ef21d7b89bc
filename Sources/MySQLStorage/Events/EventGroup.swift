import EventStore
import Values

/// The events of one transaction: each id once, in the order of the ids, so that instances that
/// bring the same ones lock them in one order.
struct EventGroup: Sendable {
    private(set) var events: [PreparedEvent] = []
    /// Where in `events` the events are, in the order of their places in the log.
    private(set) var logOrder: [Int] = []
    /// Stands in the rows of this group: how it knows them again, also after a link was lost.
    let origin = Int64.random(in: .min ... .max)
    /// For each event as it came: where in `events` it is.
    private let positions: [Int]
    private let incoming: [IncomingEvent]

    init(_ incoming: [IncomingEvent], ties: ClosedRange<UInt32> = Self.shortTies) {
        self.incoming = incoming
        events.reserveCapacity(incoming.count)
        var positions = [Int](repeating: 0, count: incoming.count)
        var last: String?
        for index in Self.orderByID(incoming) {
            let id = incoming[index].event.messageID
            if last?.isExactly(id) != true {
                events.append(PreparedEvent(incoming[index], tie: 0))
                last = id
            }
            positions[index] = events.count - 1
        }
        self.positions = positions
        drawTies(in: ties)
    }

    /// - Returns: indices of `incoming`; of those with one id, the first one first.
    private static func orderByID(_ incoming: [IncomingEvent]) -> [Int] {
        let entries = incoming.enumerated().map { index, one in
            (start: one.event.messageID.firstBytes, index: index)
        }
        return entries.sorted { left, right in
            if left.start != right.start { return left.start < right.start }
            let leftID = incoming[left.index].event.messageID
            let rightID = incoming[right.index].event.messageID
            if leftID.isExactly(rightID) { return left.index < right.index }
            return leftID.precedesExactly(rightID)
        }.map(\.index)
    }

    /// Draws a place for each event: after two events met in one, from more numbers.
    mutating func drawTies(in ties: ClosedRange<UInt32>) {
        for index in events.indices { events[index].tie = UInt32.random(in: ties) }
        repeat { sortLog() } while drawAgainWhereEventsMeet()
    }

    private mutating func sortLog() {
        logOrder = events.indices.map { (place: events[$0].place, index: $0) }
            .sorted { $0.place < $1.place }.map(\.index)
    }

    private mutating func drawAgainWhereEventsMeet() -> Bool {
        var haveMet = false
        for (before, index) in zip(logOrder, logOrder.dropFirst())
        where events[before].place == events[index].place {
            events[index].tie = UInt32.random(in: Self.longTies)
            haveMet = true
        }
        return haveMet
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
        return zip(incoming, positions).map { one, position in
            if known[position] == nil, !isTaken[position] {
                isTaken[position] = true
                return .accepted
            }
            let stored = known[position] ?? events[position].digest
            return one.digest == stored ? .duplicate : .conflict
        }
    }
}

extension String {
    /// Eight bytes of UTF-8, or as many as there are, as a number that sorts as they do.
    fileprivate var firstBytes: UInt64 {
        var number: UInt64 = 0
        var shift: UInt64 = 64
        for byte in utf8.prefix(8) {
            shift -= 8
            number |= UInt64(byte) << shift
        }
        return number
    }
}
