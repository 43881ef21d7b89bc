package import EventCopy

/// What a run did and found, as sentences.
package struct CopyReport: Sendable {
    /// Both parts came to their end.
    package var isWhole = false
    package var state = CopyState()
    package var copying: CopyPace?
    /// What earlier runs had copied when this one began.
    package var copiedBefore = CopyTally()
    package var comparing: CopyPace?
    /// How many events the source's engine counts; nil where it does not.
    package var counted: Int?
    private let statePath: String

    package init(statePath: String) {
        self.statePath = statePath
    }

    /// Everything is in the target as it is in the source.
    package var isVerified: Bool { isWhole && state.compared.agrees && unread == 0 }

    /// Events that the source's engine counts and its pages did not show.
    private var unread: Int { max(0, (counted ?? 0) - state.compared.events) }

    package var lines: [String] {
        var lines: [String] = []
        if let copying { lines += copyLines(copying) }
        guard isWhole else {
            lines.append("Stopped. The same command goes on from here (\(statePath)).")
            return lines
        }
        lines += comparisonLines
        lines += changeLines
        return lines
    }

    private func copyLines(_ pace: CopyPace) -> [String] {
        let tally = state.copied
        let accepted = tally.accepted - copiedBefore.accepted
        let duplicates = tally.duplicates - copiedBefore.duplicates
        let conflicts = tally.conflicts - copiedBefore.conflicts
        var lines = [
            "Copied \(pace.events) events in \(pace.time.inWords), \(pace.rate) a second: "
                + "\(accepted) new, \(duplicates) there already, \(conflicts) in conflict."
        ]
        if copiedBefore.events > 0 {
            lines.append("Earlier runs copied \(copiedBefore.events).")
        }
        if !tally.conflictIDs.isEmpty {
            lines.append(
                "The target had these with other content, and kept its own: "
                    + "\(tally.conflictIDs.joined(separator: ", "))"
                    + (tally.conflicts > tally.conflictIDs.count ? ", ..." : "."))
        }
        return lines
    }

    private var comparisonLines: [String] {
        let tally = state.compared
        var lines = [
            "source  \(tally.events) events  sum of SHA-256 \(tally.sourceSum.text)",
            "target  \(tally.found) events  sum of SHA-256 \(tally.targetSum.text)",
        ]
        if let comparing {
            lines.insert(
                "Compared \(comparing.events) events in \(comparing.time.inWords), "
                    + "\(comparing.rate) a second.", at: 0)
        }
        if tally.alike > 0 {
            lines.append(
                "\(tally.alike) events have a trait that is null on one side and the text None on "
                    + "the other, which counts as the same.")
        }
        if isVerified {
            lines.append("Verified: every event of the source is in the target as it is.")
        } else {
            lines += differences(tally)
        }
        return lines
    }

    private func differences(_ tally: ComparisonTally) -> [String] {
        var lines: [String] = []
        if unread > 0 {
            lines.append(
                "NOT VERIFIED: the source counts \(counted ?? 0) events and gave "
                    + "\(tally.events). Where its own retention is at work, run this again.")
        }
        if tally.missing > 0 {
            lines.append(
                "NOT VERIFIED: \(tally.missing) events are missing in the target: "
                    + "\(tally.missingIDs.joined(separator: ", ")). They came into the source "
                    + "behind the copy, or went from the target; --from-start copies them.")
        }
        if tally.different > 0 {
            lines.append(
                "NOT VERIFIED: \(tally.different) events have other content in the target: "
                    + "\(tally.differentIDs.joined(separator: ", ")). Nothing overwrites an event; "
                    + "decide which one is right.")
        }
        return lines
    }

    private var changeLines: [String] {
        let tally = state.compared
        return SourceChange.Kind.allCases.compactMap { kind in
            guard let count = tally.changes[kind.rawValue] else { return nil }
            let first = tally.changedIDs[kind.rawValue].map { " (the first: \($0))" } ?? ""
            return "\(count) times \(kind.sentence)\(first)."
        }
    }
}
