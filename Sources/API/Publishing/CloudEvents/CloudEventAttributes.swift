internal import EventStore
internal import OpenSSL
internal import Values

/// The attributes of one CloudEvent, from wherever they were read, and the event they make.
///
/// - Source: CloudEvents 1.0.2, "Context Attributes".
struct CloudEventAttributes {
    /// The attributes of the standard that the event is made of.
    static let texts = ["specversion", "id", "source", "type", "time"]

    private var texts: [String: String] = [:]
    private var traits: [Trait] = []
    var notes: [EventNote] = []

    /// Attributes of ours under names that CloudEvents allows, which has no underscores.
    private static let ourNames = [
        "projectid": "project_id", "tenantid": "tenant_id", "userid": "user_id",
        "resourceid": "resource_id", "requestid": "request_id",
    ]

    /// An attribute with a value. Of one given twice the last counts.
    mutating func set(_ name: String, _ value: TraitValue) {
        if case .text(let text) = value { texts[name] = text } else { texts[name] = nil }
        switch name {
        case "specversion", "type", "time": return
        // JSON is what data is where nothing is said.
        case "datacontenttype" where texts[name] == "application/json": return
        default: traits.append(Trait(Self.ourNames[name] ?? name, value))
        }
    }

    var dataContentType: String? { texts["datacontenttype"] }

    /// - Parameters:
    ///   - raw: the data; `{}` where there is none.
    ///   - arrival: stands in for a time that is missing.
    func event(raw: JSONText, arrival: Timestamp) throws(Rejection) -> DecodedEvent {
        guard let version = texts["specversion"] else { throw Self.missing("specversion") }
        guard version == "1.0" else {
            throw Rejection(.invalidCloudEvent, "specversion must be 1.0, which is what we read.")
        }
        let (id, source) = (try required("id"), try required("source"))
        let messageID = NameUUID.text(of: "\(source)\n\(id)", in: NameUUID.urls)
        do throws(Rejection) {
            let type = try required("type")
            guard type.unicodeScalars.count <= 255 else {
                throw Rejection(.invalidEventType, "type must have at most 255 characters.")
            }
            var notes = notes
            let generated = try time(arrival, &notes)
            return DecodedEvent(
                event: Event(
                    messageID: messageID, eventType: type, generated: generated, traits: traits,
                    raw: raw), notes: notes)
        } catch {
            var rejection = error
            rejection.messageID = messageID
            throw rejection
        }
    }

    private func time(
        _ arrival: Timestamp, _ notes: inout [EventNote]
    ) throws(Rejection) -> Timestamp {
        guard let text = texts["time"] else {
            notes.append(EventNote(code: .arrivalTime, place: "time"))
            return arrival
        }
        guard let time = Timestamp(text) else {
            throw Rejection(
                .invalidGenerated, "time must be as in RFC 3339: 2025-11-20T23:59:58.123456Z.")
        }
        return time
    }

    /// CloudEvents allows no control characters in texts, so a line end between source and id keeps
    /// each pair apart from every other one.
    private func required(_ name: String) throws(Rejection) -> String {
        guard let text = texts[name] else { throw Self.missing(name) }
        let isGood = !text.isEmpty && !text.unicodeScalars.contains { $0.value < 0x20 }
        guard isGood else {
            throw Rejection(
                .invalidCloudEvent,
                "\(name) must be a text that is not empty and has no control "
                    + "characters.")
        }
        return text
    }

    private static func missing(_ name: String) -> Rejection {
        Rejection(.missingField, "\(name) is missing; a CloudEvent needs it.")
    }
}
