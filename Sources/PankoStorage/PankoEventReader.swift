import EventCopy
import EventStore
import SQL
import Values

/// Makes an event of Panko's rows.
///
/// Values are read as the publishing route would read them, so that the same event, sent again by its
/// publisher, is a duplicate. What Annals cannot hold in its place is kept in another one, and said.
struct PankoEventReader: Sendable {
    private let dialect: PankoDialect
    private let digest: ContentDigest

    init(_ dialect: PankoDialect, digest: @escaping ContentDigest) {
        self.dialect = dialect
        self.digest = digest
    }

    func event(_ row: PankoRow) -> (event: Event, changes: [SourceChange]) {
        var reading = PankoReading(dialect)
        for trait in row.traits { reading.add(trait) }
        let type = reading.eventType(row.eventType)
        let generated = reading.generated(row.generated)
        let known = reading.messageID(row.messageID)
        let raw = reading.raw(row.raw)
        let content = Event(
            messageID: known ?? "", eventType: type, generated: generated, traits: reading.traits,
            raw: raw)
        let event = known == nil ? content.named(name(row, content)) : content
        let changes = reading.changes.map { SourceChange($0, messageID: event.messageID) }
        return (event, changes)
    }

    /// The same at every copy. In the database of another region a row of the same number gets
    /// another name, because its content differs.
    private func name(_ row: PankoRow, _ content: Event) -> String {
        let digits = digest(content.contentBytes()).prefix(8).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        return "panko:\(row.id):\(digits.joined())"
    }
}

extension Event {
    fileprivate func named(_ messageID: String) -> Event {
        Event(
            messageID: messageID, eventType: eventType, generated: generated,
            orderedTraits: traits, raw: raw)
    }
}
