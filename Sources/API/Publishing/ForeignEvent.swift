internal import EventStore
internal import JSON
internal import Values

/// Events in the words of other standards, told by the members they have.
enum ForeignEvent {
    /// Nil where the object is in no form we know.
    static func read(
        _ node: JSONNode, in document: JSONDocument, limits: IngestLimits
    ) throws(Rejection) -> DecodedEvent? {
        for (name, value) in document.members(of: node) {
            if document.isText(name, "specversion") {
                return try CloudEventReader.read(node, in: document, limits: limits)
            }
            if document.isText(name, "typeURI"), document.isText(value, CADFReader.typeURI) {
                return try CADFReader.read(node, in: document)
            }
        }
        return nil
    }
}

extension DecodedEvent {
    /// What holds for every event, whatever its form.
    func checked(_ limits: IngestLimits, _ cutoffs: RetentionCutoffs) throws(Rejection) -> Self {
        if let cutoff = cutoffs.cutoff(of: event.eventType), event.generated < cutoff {
            var rejection = Rejection(
                .tooOld, "The event is older than events are kept: \(event.generated).")
            rejection.messageID = event.messageID
            throw rejection
        }
        guard event.traits.count <= limits.traits else {
            throw Rejection(
                .tooLarge,
                "The event has \(event.traits.count) traits; at most \(limits.traits) are allowed.")
        }
        return self
    }
}

extension JSONDocument {
    /// The text of a string as it can be kept, and what was done to it.
    func mendedText(of node: JSONNode, _ place: String, _ notes: inout [EventNote]) -> String {
        var text = text(of: node)
        guard needsMending(node) else { return text }
        if holdsNUL(node) {
            text.unicodeScalars.removeAll { $0.value == 0 }
            notes.append(EventNote(code: .removedNUL, place: place))
        }
        if wasReplaced(node) { notes.append(EventNote(code: .replacedSurrogate, place: place)) }
        return text
    }

    /// A value as a trait: texts and integers as they are, the rest as text.
    func traitValue(
        of node: JSONNode, _ place: String, _ notes: inout [EventNote]
    ) -> TraitValue {
        switch kind(of: node) {
        case .string: return .text(mendedText(of: node, place, &notes))
        case .integer: return .integer(integer(of: node))
        case .boolean: return .text(boolean(of: node) ? "true" : "false")
        case .null: return .null(.text)
        case .bigInteger, .float, .nonFinite, .array, .object:
            notes.append(EventNote(code: .keptAsText, place: place))
            return .text(canonicalText(of: node).text.text)
        }
    }

    /// A document to keep beside the traits, and what was done to it.
    func rawText(of node: JSONNode, _ place: String, _ notes: inout [EventNote]) -> String {
        let canonical = canonicalText(of: node)
        if canonical.replacedSurrogate {
            notes.append(EventNote(code: .replacedSurrogate, place: place))
        }
        if canonical.droppedNumber { notes.append(EventNote(code: .nonFinite, place: place)) }
        return canonical.text.text
    }
}
