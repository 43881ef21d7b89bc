package import Values

/// One thing that happened in the cloud, as its publisher told it.
package struct Event: Sendable, Equatable {
    /// Unique over all events, 1 to 255 characters, compared byte for byte.
    package let messageID: String
    /// `compute.instance.create.end`; 1 to 255 characters.
    package let eventType: String
    /// When it happened, by the publisher's clock.
    package let generated: Timestamp
    /// Ordered by name (bytes), then by type; a name stands once for each type.
    package let traits: [Trait]
    /// The document the event was made from; `{}` where the publisher sends none.
    package let raw: JSONText

    /// - Parameter traits: in any order; of two with the same name and type the later one stays.
    package init(
        messageID: String, eventType: String, generated: Timestamp, traits: [Trait],
        raw: JSONText = .emptyObject
    ) {
        self.messageID = messageID
        self.eventType = eventType
        self.generated = generated
        self.traits = Self.ordered(traits)
        self.raw = raw
    }

    /// For readers and drivers that have the traits in order already.
    ///
    /// - Parameter orderedTraits: in an event's order, without repetition.
    package init(
        messageID: String, eventType: String, generated: Timestamp, orderedTraits: [Trait],
        raw: JSONText
    ) {
        assert(
            zip(orderedTraits, orderedTraits.dropFirst()).allSatisfy { $0.precedes($1) },
            "traits are given in order, none twice")
        self.messageID = messageID
        self.eventType = eventType
        self.generated = generated
        self.traits = orderedTraits
        self.raw = raw
    }

    /// About how much memory it takes: its texts.
    package var byteCount: Int {
        traits.reduce(raw.text.utf8.count + messageID.utf8.count + eventType.utf8.count) {
            $0 + $1.name.utf8.count + $1.value.byteCount
        }
    }

    private static func ordered(_ traits: [Trait]) -> [Trait] {
        var result: [Trait] = []
        result.reserveCapacity(traits.count)
        // The sort is stable, so the last of equals is the one that came last.
        for trait in traits.sorted(by: { $0.precedes($1) }) {
            if let last = result.last, last.isSameSlot(as: trait) { result.removeLast() }
            result.append(trait)
        }
        return result
    }

    package static func == (left: Event, right: Event) -> Bool {
        left.messageID.isExactly(right.messageID) && left.eventType.isExactly(right.eventType)
            && left.generated == right.generated && left.traits == right.traits
            && left.raw == right.raw
    }
}
