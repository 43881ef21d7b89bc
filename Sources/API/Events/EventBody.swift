internal import EventStore
internal import JSON
internal import Values

/// Events as Panko's clients read them: every value is a text, times are naive UTC.
extension JSONWriter {
    mutating func event(_ event: Event) {
        literal("{\"message_id\": ")
        string(event.messageID)
        literal(", \"event_type\": ")
        string(event.eventType)
        literal(", \"traits\": [")
        var isFirst = true
        for trait in event.traits {
            if !isFirst { literal(", ") }
            isFirst = false
            // Panko forgets the type of a value that is null.
            self.trait(trait, type: trait.isNull ? .text : trait.value.type)
        }
        literal("], \"generated\": ")
        plain(event.generated.isoText)
        literal(", \"raw\": ")
        document(event.raw)
        literal("}")
    }

    /// - Parameter type: what the answer calls it.
    mutating func trait(_ trait: Trait, type: TraitType) {
        literal("{\"name\": ")
        string(trait.name)
        literal(", \"value\": ")
        switch trait.value {
        case .text(let text): string(text)
        case .integer(let number): plain(Array(String(number).utf8))
        case .float(let number): plain(Array(number.shortestText.utf8))
        case .datetime(let time): plain(time.isoText)
        case .null: literal("\"None\"")
        }
        literal(", \"type\": ")
        self.type(type)
        literal("}")
    }

    mutating func type(_ type: TraitType) {
        switch type {
        case .text: literal("\"string\"")
        case .integer: literal("\"integer\"")
        case .float: literal("\"float\"")
        case .datetime: literal("\"datetime\"")
        }
    }
}
