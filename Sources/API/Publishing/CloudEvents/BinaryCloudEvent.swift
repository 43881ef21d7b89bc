internal import EventStore
internal import Foundation
internal import HTTP
internal import JSON
internal import Values

/// Reads a CloudEvent whose attributes are header fields (`ce-id`) and whose data is the body.
///
/// - Source: "HTTP Protocol Binding for CloudEvents" 1.0.2, section 3.1.
enum BinaryCloudEvent {
    private static let prefix = "ce-"
    private static let required = ["specversion", "id", "source", "type"]

    /// Any of the fields that every CloudEvent has.
    static func isMeant(by headers: Headers) -> Bool {
        required.contains { headers[prefix + $0] != nil }
    }

    static func read(
        _ body: [UInt8], _ headers: Headers, limits: IngestLimits, arrival: Timestamp = .now
    ) throws(Rejection) -> DecodedEvent {
        guard body.count <= limits.eventBytes else {
            throw Rejection(.tooLarge, "The event has more than \(limits.eventBytes) bytes.")
        }
        var attributes = CloudEventAttributes()
        for (field, value) in headers.fields {
            let name = field.lowercased()
            guard name.hasPrefix(prefix), name.utf8.count > prefix.utf8.count else { continue }
            attributes.set(String(name.dropFirst(prefix.count)), .text(try text(value, name)))
        }
        let type = MediaType(headers["Content-Type"])
        if !type.name.isEmpty {
            attributes.set("datacontenttype", .text(headers["Content-Type"] ?? type.name))
        }
        let raw = try raw(body, type.name, limits, &attributes.notes)
        return try attributes.event(raw: raw, arrival: arrival)
    }

    /// Quotes taken away, then percent-decoded (section 3.1.3.2).
    private static func text(_ value: String, _ name: String) throws(Rejection) -> String {
        var bytes = Array(value.utf8)
        if bytes.count >= 2, bytes.first == UInt8(ascii: "\""), bytes.last == UInt8(ascii: "\"") {
            bytes = unquoted(bytes.dropFirst().dropLast())
        }
        guard let text = PercentCoding.text(of: bytes), !text.utf8.contains(0) else {
            throw Rejection(
                .invalidCloudEvent, "The field \(name) is not UTF-8 once it is percent-decoded.")
        }
        return text
    }

    private static func unquoted(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        var isEscaped = false
        for byte in bytes {
            if byte == UInt8(ascii: "\\"), !isEscaped {
                isEscaped = true
            } else {
                result.append(byte)
                isEscaped = false
            }
        }
        return result
    }

    /// JSON as it is, texts as a JSON string, anything else in base64: as the same event would have
    /// it in its JSON form.
    private static func raw(
        _ body: [UInt8], _ type: String, _ limits: IngestLimits, _ notes: inout [EventNote]
    ) throws(Rejection) -> JSONText {
        if body.isEmpty { return .emptyObject }
        let subtype = type.split(separator: "/").last ?? ""
        if type.isEmpty || ["json", "x-json"].contains(subtype) || subtype.hasSuffix("+json") {
            return try json(body, limits, &notes)
        }
        let isText = type.hasPrefix("text/") || subtype == "xml" || subtype.hasSuffix("+xml")
        var writer = JSONWriter(capacity: body.count)
        if isText, let text = String(validating: body, as: UTF8.self) {
            writer.string(text)
        } else {
            writer.literal("{\"data_base64\": ")
            writer.string(Data(body).base64EncodedString())
            writer.literal("}")
        }
        return try json(writer.bytes, JSONLimits(depth: 2, valueBytes: .max >> 32), &notes)
    }

    private static func json(
        _ body: [UInt8], _ limits: IngestLimits, _ notes: inout [EventNote]
    ) throws(Rejection) -> JSONText {
        try json(body, limits.json, &notes)
    }

    private static func json(
        _ text: [UInt8], _ limits: JSONLimits, _ notes: inout [EventNote]
    ) throws(Rejection) -> JSONText {
        var found: [EventNote] = []
        do throws(JSONError) {
            let raw = try JSONDocument.read(text, limits: limits) { document throws(JSONError) in
                document.rawText(of: try document.value(), "data", &found)
            }
            notes += found
            return JSONText(canonical: raw)
        } catch {
            switch error {
            case .tooDeep: throw Rejection(.tooDeep, "The data nests too deep.")
            default: throw Rejection(.invalidJSON, "The data is \(error.userMessage).")
            }
        }
    }
}
