/// How a search by traits goes on, learned from what it has seen.
///
/// What is asked for may be in every third event or in none. A walk in the order of time costs what it
/// looks at; the index on traits costs what it knows of a key, and then the rows of the window. A
/// window that reaches too far reads rows that no page needs, one that does not reach far enough is
/// another round trip.
///
/// The constants are costs of a partition of a million events, in rows of a walk: see
/// docs/adr/009-postgresql.md.
struct SearchPace {
    /// Microseconds that have been looked at.
    private(set) var span: Int64 = 0
    /// Matches in them.
    private(set) var found = 0
    /// Events that the next walk looks at.
    private(set) var stride: Int
    /// Nil while nothing is known.
    private var sample: SearchSample?

    /// The last step has shown nothing: what was there before it says little of what comes.
    private var wasEmpty = false
    /// Microseconds in a hundred years: no log has so many behind what was seen.
    private static let longest: Int64 = 3_155_760_000_000_000
    /// Where so little has been seen, a window is at most so many times what was seen before it.
    private static let growth = 64.0

    /// - Parameter probe: how many events are looked at one by one before anything is known.
    init(probe: Int) {
        stride = probe
    }

    var isProbed: Bool { sample != nil }

    /// The index on traits is asked from now on.
    private(set) var isRare = false

    mutating func learn(_ sample: SearchSample, wanted: Int) {
        self.sample = sample
        decide(found: sample.matches, of: sample.events, wanted: wanted)
        if isRare { note(span: sample.span, found: sample.matches) }
    }

    /// - Parameters:
    ///   - found: how many of the last `stride` events match, which a walk has looked at.
    ///   - wanted: how many matches the page still takes.
    mutating func learn(found: Int, wanted: Int) {
        decide(found: found, of: stride, wanted: wanted)
    }

    private mutating func decide(found: Int, of events: Int, wanted: Int) {
        guard found >= 8, let sample else {
            isRare = true
            return
        }
        let next = Self.surely(wanted) * Double(events) / Double(found)
        isRare = next > 250_000 * sample.rarestShare
        stride = max(events, Int(next))
    }

    /// - Parameters:
    ///   - span: microseconds that the last step covered.
    ///   - found: how many events in them match.
    mutating func note(span: Int64, found: Int) {
        self.span = min(self.span + span, Self.longest)
        self.found += found
        wasEmpty = found == 0
    }

    /// - Returns: microseconds that the next window of the index should cover; nil where all that is
    ///   left should be searched at once.
    func window(wanted: Int) -> Int64? {
        var factor = Self.growth
        if found > 0, !wasEmpty {
            // Few matches say little of how frequent they are.
            let caution = 1 + 1 / Double(found).squareRoot()
            factor = min(factor, Self.surely(wanted) * caution / Double(found))
        }
        let next = Double(span) * factor
        return next < Double(Self.longest) ? max(1, Int64(next)) : nil
    }

    /// So many matches have to be expected that fewer than `wanted` are unlikely.
    private static func surely(_ wanted: Int) -> Double {
        Double(wanted) + 2 * Double(wanted).squareRoot() + 3
    }
}

/// What the first events of a search have shown.
struct SearchSample {
    /// Events that were looked at.
    let events: Int
    /// Microseconds that they cover, at least one.
    let span: Int64
    /// How many of them match.
    let matches: Int
    /// How many of them have the key that the fewest have, of those that are asked for.
    let rarest: Int

    /// Of all events. A key that was not seen may still be there.
    var rarestShare: Double { Double(rarest + 1) / Double(events) }
}
