internal import EventStore
internal import JSON
internal import Values

/// Reads a CloudEvent whose attributes are members of a JSON object.
///
/// - Source: "JSON Event Format for CloudEvents" 1.0.2.
enum CloudEventReader {
    static func read(
        _ node: JSONNode, in document: JSONDocument, limits: IngestLimits,
        arrival: Timestamp = .now
    ) throws(Rejection) -> DecodedEvent {
        guard document.kind(of: node) == .object else {
            throw Rejection(.invalidEvent, "A CloudEvent is a JSON object.")
        }
        var attributes = CloudEventAttributes()
        var data: JSONNode?
        var base64: JSONNode?
        for (name, value) in document.members(of: node) {
            // A member that is null is one that is not there.
            if document.kind(of: value) == .null { continue }
            if document.isText(name, "data") {
                data = value
            } else if document.isText(name, "data_base64") {
                base64 = value
            } else {
                try set(name, value, in: document, &attributes)
            }
        }
        if data != nil, base64 != nil {
            throw Rejection(
                .invalidCloudEvent, "data and data_base64 are both there; keep one of them.")
        }
        let raw = try raw(data, base64, in: document, &attributes.notes)
        return try attributes.event(raw: raw, arrival: arrival)
    }

    private static func set(
        _ name: JSONNode, _ value: JSONNode, in document: JSONDocument,
        _ attributes: inout CloudEventAttributes
    ) throws(Rejection) {
        let name = document.mendedText(of: name, "the name of an attribute", &attributes.notes)
        // A trait without a name has no path to its values.
        guard !name.isEmpty else { return }
        if CloudEventAttributes.texts.contains(name), document.kind(of: value) != .string {
            throw Rejection(.invalidCloudEvent, "\(name) must be a text.")
        }
        let value = document.traitValue(of: value, "trait '\(name)'", &attributes.notes)
        attributes.set(name, value)
    }

    private static func raw(
        _ data: JSONNode?, _ base64: JSONNode?, in document: JSONDocument,
        _ notes: inout [EventNote]
    ) throws(Rejection) -> JSONText {
        if let data { return JSONText(canonical: document.rawText(of: data, "data", &notes)) }
        guard let base64 else { return .emptyObject }
        guard document.kind(of: base64) == .string else {
            throw Rejection(.invalidCloudEvent, "data_base64 must be a text.")
        }
        let text = document.rawText(of: base64, "data_base64", &notes)
        return JSONText(canonical: "{\"data_base64\":\(text)}")
    }
}
