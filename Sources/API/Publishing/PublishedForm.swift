internal import HTTP

/// How events stand in a body, by what the request says of it.
enum PublishedForm: Sendable {
    /// An array of events, or one.
    case document
    /// One on each line.
    case lines
    /// One CloudEvent, with its attributes in the body.
    case cloudEvent
    case cloudEventBatch
    /// One CloudEvent, with its attributes in the header and its data as the body.
    case cloudEventHeaders

    private static let lineTypes = ["application/x-ndjson", "application/ndjson"]
    /// No type at all is taken for JSON: some scripts send none.
    private static let jsonTypes = ["application/json", "text/json", ""]

    init(_ headers: Headers) throws(APIError) {
        let type = MediaType(headers["Content-Type"]).name
        switch type {
        case "application/cloudevents+json": self = .cloudEvent
        case "application/cloudevents-batch+json": self = .cloudEventBatch
        // Whole CloudEvents in other formats, such as Avro.
        case _ where type.hasPrefix("application/cloudevents"):
            throw Self.unknown(type)
        case _ where BinaryCloudEvent.isMeant(by: headers): self = .cloudEventHeaders
        case _ where Self.lineTypes.contains(type): self = .lines
        case _ where Self.jsonTypes.contains(type): self = .document
        default: throw Self.unknown(type)
        }
    }

    private static func unknown(_ type: String) -> APIError {
        .unsupportedMediaType(
            "Unknown mimetype: \(type). Events come as application/json, application/x-ndjson, "
                + "application/cloudevents+json or application/cloudevents-batch+json, or as data "
                + "of any type with the fields ce-specversion, ce-id, ce-source and ce-type.")
    }
}
