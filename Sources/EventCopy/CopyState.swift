import EventStore

/// How far a copy has come; what a process needs to go on where another ended.
package struct CopyState: Sendable, Equatable, Codable {
    /// Everything up to here is in the target.
    package var position: SourcePosition?
    package var copied = CopyTally()
    /// Everything up to here was read back; nil before and after the comparison.
    package var comparedTo: SourcePosition?
    package var compared = ComparisonTally()
    /// The comparison came to its end.
    package var isCompared = false

    package init() {}

    /// Compares everything again, from the first event on.
    package mutating func restartComparison() {
        comparedTo = nil
        compared = ComparisonTally()
        isCompared = false
    }
}

/// What became of the events that were given to the target.
package struct CopyTally: Sendable, Equatable, Codable {
    package var accepted = 0
    package var duplicates = 0
    package var conflicts = 0
    /// The first of the conflicts.
    package var conflictIDs: [String] = []

    package init() {}

    package var events: Int { accepted + duplicates + conflicts }

    mutating func count(_ outcome: RecordOutcome, of event: Event) {
        switch outcome {
        case .accepted: accepted += 1
        case .duplicate: duplicates += 1
        case .conflict:
            conflicts += 1
            conflictIDs.keep(event.messageID)
        }
    }
}

/// What reading back has found.
package struct ComparisonTally: Sendable, Equatable, Codable {
    /// Events of the source.
    package var events = 0
    /// Those of them that the target has, with whatever content.
    package var found = 0
    package var missingIDs: [String] = []
    /// Found with other content.
    package var different = 0
    package var differentIDs: [String] = []
    /// The same content, but a trait is null on one side and the text "None" on the other.
    package var alike = 0
    package var sourceSum = ContentSum()
    package var targetSum = ContentSum()
    /// How often each change was made, by the event's source.
    package var changes: [String: Int] = [:]
    /// The first event of each change.
    package var changedIDs: [String: String] = [:]

    package init() {}

    package var missing: Int { events - found }

    /// Count and digest agree, and so does every single event.
    package var agrees: Bool { missing == 0 && different == 0 && sourceSum == targetSum }

    mutating func count(_ change: SourceChange) {
        changes[change.kind.rawValue, default: 0] += 1
        if changedIDs[change.kind.rawValue] == nil {
            changedIDs[change.kind.rawValue] = change.messageID
        }
    }
}

extension [String] {
    /// Enough ids to look into; a store may differ in millions.
    mutating func keep(_ id: String) {
        if count < 20 { append(id) }
    }
}
