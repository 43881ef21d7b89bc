package import EventStore

/// Where events are copied from: gives all of them, page after page, in an order that stays.
package protocol CopySource: Sendable {
    /// How many events there are, for the progress bar; nil where only reading them all would tell.
    func eventCount() async throws(StorageError) -> Int?

    /// The events that come after `position`, some thousand or some MiB of them.
    ///
    /// - Parameter position: nil for the first page.
    /// - Returns: nil where no event comes after.
    /// - Throws: `.invalidQuery` where the position is none of this source's.
    func page(after position: SourcePosition?) async throws(StorageError) -> SourcePage?
}

/// A place in a source's order, as a text that only the source understands. It can be written down
/// and used by another process later.
package struct SourcePosition: Sendable, Hashable, Codable {
    package let text: String

    package init(_ text: String) {
        self.text = text
    }
}

/// Some events of a source, in its order.
package struct SourcePage: Sendable {
    package var events: [Event]
    /// The place of the last of them.
    package var end: SourcePosition
    /// What is not as it stood in the source, in the order of the events.
    package var changes: [SourceChange]

    package init(events: [Event], end: SourcePosition, changes: [SourceChange] = []) {
        self.events = events
        self.end = end
        self.changes = changes
    }
}

/// One thing that Annals holds otherwise than the source did. Nothing is left out without one.
package struct SourceChange: Sendable, Hashable {
    package enum Kind: String, Sendable, Codable, CaseIterable {
        case messageIDReplaced
        case eventTypeReplaced
        case generatedReplaced
        case keptAsText
        case traitRenamed
        case nonFinite
        case removedNUL
        case replacedBytes
        case rawKeptAsText
        case rawChanged

        /// What happened, to be read after a number of times.
        package var sentence: String {
            switch self {
            case .messageIDReplaced:
                "an event had no message_id that Annals can hold: it got one made of its row, and "
                    + "trait panko:message_id says what there was"
            case .eventTypeReplaced:
                "an event had no event_type that Annals can hold: it got another, and trait "
                    + "panko:event_type says what there was"
            case .generatedReplaced:
                "an event had no time that Annals can hold: it stands at 1970-01-01T00:00:00, and "
                    + "trait panko:generated says what there was"
            case .keptAsText: "a trait's value did not fit its type and is kept as text"
            case .traitRenamed: "a trait's name was taken or empty: it begins with panko: now"
            case .nonFinite: "a trait was NaN or infinite and is null now"
            case .removedNUL: "U+0000 was removed from a text"
            case .replacedBytes: "bytes that are no UTF-8 became U+FFFD"
            case .rawKeptAsText: "a raw that is no JSON is kept as a JSON string"
            case .rawChanged:
                "a raw held NaN, an infinity or half of a surrogate pair: they are null and U+FFFD"
            }
        }
    }

    package let kind: Kind
    /// The event as it is in Annals.
    package let messageID: String

    package init(_ kind: Kind, messageID: String) {
        self.kind = kind
        self.messageID = messageID
    }
}
