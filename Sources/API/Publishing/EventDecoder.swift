internal import EventStore
internal import JSON
internal import Values

/// Reads one event of a body. One rule for what is not as it should be: nothing is lost where it
/// can be kept, and what was changed for that is said.
struct EventDecoder {
    let document: JSONDocument
    let limits: IngestLimits
    /// Events generated before it are refused.
    let cutoffs: RetentionCutoffs
    private var notes: [EventNote] = []

    init(_ document: JSONDocument, limits: IngestLimits, cutoffs: RetentionCutoffs) {
        self.document = document
        self.limits = limits
        self.cutoffs = cutoffs
    }

    mutating func decode(_ node: JSONNode) throws(Rejection) -> DecodedEvent {
        guard document.kind(of: node) == .object else {
            throw Rejection(.invalidEvent, "An event is a JSON object.")
        }
        notes = []
        let fields = EventFields(node, in: document)
        if fields.areMissing,
            let foreign = try ForeignEvent.read(node, in: document, limits: limits)
        {
            return try foreign.checked(limits, cutoffs)
        }
        do throws(Rejection) {
            return DecodedEvent(event: try event(fields), notes: notes)
        } catch {
            var rejection = error
            rejection.messageID = fields.messageID.flatMap { text(of: $0) }
            throw rejection
        }
    }

    private mutating func event(_ fields: EventFields) throws(Rejection) -> Event {
        try fields.requireEvent(in: document)
        let id = try identifier(fields.messageID, "message_id", .invalidMessageID)
        let type = try identifier(fields.eventType, "event_type", .invalidEventType)
        let generated = try self.generated(fields.generated)
        if let cutoff = cutoffs.cutoff(of: type), generated < cutoff {
            throw Rejection(.tooOld, "The event is older than events are kept: \(generated).")
        }
        let (traits, areOrdered) = try self.traits(fields.traits)
        let raw = raw(fields.raw)
        if areOrdered {
            return Event(
                messageID: id, eventType: type, generated: generated, orderedTraits: traits,
                raw: raw)
        }
        let event = Event(
            messageID: id, eventType: type, generated: generated, traits: traits, raw: raw)
        if event.traits.count < traits.count { noteDuplicates(traits) }
        return event
    }

    private func text(of node: JSONNode) -> String? {
        document.kind(of: node) == .string ? document.text(of: node) : nil
    }

    private func present(_ node: JSONNode?, _ name: String) throws(Rejection) -> JSONNode {
        guard let node, document.kind(of: node) != .null else {
            throw Rejection(.missingField, "\(name) is missing.")
        }
        return node
    }

    /// 1 to 255 characters without U+0000.
    private mutating func identifier(
        _ node: JSONNode?, _ name: String, _ code: Rejection.Code
    ) throws(Rejection) -> String {
        let node = try present(node, name)
        guard let text = text(of: node), !text.isEmpty, !document.holdsNUL(node),
            text.utf8.count <= 255 || text.unicodeScalars.count <= 255
        else {
            throw Rejection(code, "\(name) must be a text of 1 to 255 characters without U+0000.")
        }
        if document.wasReplaced(node) { note(.replacedSurrogate, name) }
        return text
    }

    private func generated(_ node: JSONNode?) throws(Rejection) -> Timestamp {
        let node = try present(node, "generated")
        guard document.kind(of: node) == .string, let time = document.timestamp(of: node) else {
            throw Rejection(
                .invalidGenerated,
                "generated must be an ISO 8601 date and time, as in 2025-11-20T23:59:58.123456.")
        }
        return time
    }

    /// `areOrdered` where they stand by name and no name stands twice, as nearly always.
    private mutating func traits(
        _ node: JSONNode?
    ) throws(Rejection) -> (traits: [Trait], areOrdered: Bool) {
        guard let node, document.kind(of: node) != .null else { return ([], true) }
        guard document.kind(of: node) == .array else {
            throw Rejection(.invalidTrait, "traits must be an array.")
        }
        let count = document.count(of: node)
        guard count <= limits.traits else {
            throw Rejection(
                .tooLarge, "The event has \(count) traits; at most \(limits.traits) are allowed.")
        }
        var decoder = TraitDecoder(document)
        let traits = try decoder.decodeAll(of: node, count: count)
        notes += decoder.notes
        return (traits, decoder.areOrdered)
    }

    private mutating func raw(_ node: JSONNode?) -> JSONText {
        guard let node else { return .emptyObject }
        let canonical = document.canonicalText(of: node)
        if canonical.replacedSurrogate { note(.replacedSurrogate, "raw") }
        if canonical.droppedNumber { note(.nonFinite, "raw") }
        return canonical.text
    }

    private mutating func noteDuplicates(_ traits: [Trait]) {
        var seen: Set<Slot> = []
        for trait in traits where !seen.insert(Slot(trait)).inserted {
            note(.duplicateTrait, "trait '\(trait.name)'")
        }
    }

    private mutating func note(_ code: EventNote.Code, _ place: String) {
        notes.append(EventNote(code: code, place: place))
    }

    private struct Slot: Hashable {
        let name: ExactText
        let type: TraitType

        init(_ trait: Trait) {
            name = ExactText(trait.name)
            type = trait.value.type
        }
    }
}

struct DecodedEvent: Sendable, Equatable {
    let event: Event
    var notes: [EventNote]
    /// It was a document of CADF, which is also what the publisher's option raw_only makes of a
    /// notification that holds one.
    var isAuditDocument = false
    /// What is known of where it comes from; only looked at where signatures are judged.
    var signature = MessageSignatures.Verdict.unsigned
}

/// Where the fields of one event are; of a name sent twice the last. Other names do not matter.
private struct EventFields {
    var messageID: JSONNode?
    var eventType: JSONNode?
    var generated: JSONNode?
    var traits: JSONNode?
    var raw: JSONNode?
    private let object: JSONNode

    init(_ object: JSONNode, in document: JSONDocument) {
        self.object = object
        for (name, value) in document.members(of: object) {
            if document.isText(name, "message_id") {
                messageID = value
            } else if document.isText(name, "event_type") {
                eventType = value
            } else if document.isText(name, "generated") {
                generated = value
            } else if document.isText(name, "traits") {
                traits = value
            } else if document.isText(name, "raw") {
                raw = value
            }
        }
    }

    /// None that says that an event of ours was meant.
    var areMissing: Bool {
        messageID == nil && eventType == nil && generated == nil && traits == nil
    }

    /// Tells a sample of Ceilometer and a payload without its envelope from a faulty event.
    func requireEvent(in document: JSONDocument) throws(Rejection) {
        guard areMissing else { return }
        if document.count(of: object) == 0 { return }
        let isSample = document.members(of: object).contains {
            document.isText($0.name, "volume") || document.isText($0.name, "counter_volume")
        }
        if isSample {
            throw Rejection(
                .sample,
                "This is a sample (it has a volume), not an event: only the event pipeline may "
                    + "publish here.")
        }
        throw Rejection.rawOnly
    }
}
