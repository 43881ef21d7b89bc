internal import EventStore
internal import JSON
internal import Values

/// Reads an audit event of DMTF's Cloud Auditing Data Federation, and flattens it into the traits
/// that Ceilometer makes of one.
///
/// - Source: DSP0262 1.0.0 section 6.6, and Ceilometer's definition of `audit.http.*`.
enum CADFReader {
    static let typeURI: StaticString = "http://schemas.dmtf.org/cloud/audit/1.0/event"

    private static let eventTypes = ["activity", "monitor", "control"]
    private static let outcomes = ["success", "failure", "unknown", "pending"]
    private static let roles = ["initiator", "target", "observer"]

    /// Traits, and where in the document their values are.
    private static let paths: [(trait: String, path: [String])] = [
        ("project_id", ["initiator", "project_id"]), ("user_id", ["initiator", "id"]),
        ("user_id", ["initiatorId"]), ("typeURI", ["typeURI"]), ("eventType", ["eventType"]),
        ("action", ["action"]), ("outcome", ["outcome"]), ("id", ["id"]),
        ("requestPath", ["requestPath"]), ("observer_id", ["observer", "id"]),
        ("observer_id", ["observerId"]), ("target_id", ["target", "id"]),
        ("target_id", ["targetId"]), ("target_typeURI", ["target", "typeURI"]),
        ("target_name", ["target", "name"]), ("initiator_typeURI", ["initiator", "typeURI"]),
        ("initiator_id", ["initiator", "id"]), ("initiator_id", ["initiatorId"]),
        ("initiator_name", ["initiator", "name"]),
        ("initiator_host_address", ["initiator", "host", "address"]),
        ("reason_code", ["reason", "reasonCode"]),
    ]

    static func read(
        _ node: JSONNode, in document: JSONDocument
    ) throws(Rejection) -> DecodedEvent {
        let fields = CADFFields(node, in: document)
        let id = try fields.text("id")
        guard id.unicodeScalars.count <= 240 else {
            throw Rejection(.invalidMessageID, "id must have at most 240 characters.")
        }
        let isPending = fields.value(["outcome"]).map { document.isText($0, "pending") } ?? false
        // OpenStack's audit gives a request and its outcome the same id.
        let messageID = isPending ? "\(id).pending" : id
        do throws(Rejection) {
            return try read(fields, node, messageID: messageID, isPending: isPending)
        } catch {
            var rejection = error
            rejection.messageID = messageID
            throw rejection
        }
    }

    private static func read(
        _ fields: CADFFields, _ node: JSONNode, messageID: String, isPending: Bool
    ) throws(Rejection) -> DecodedEvent {
        let kind = try fields.word("eventType", of: eventTypes)
        _ = try fields.word("outcome", of: outcomes)
        _ = try fields.text("action")
        for role in roles { try fields.requireOne(of: role) }
        let time = try fields.text("eventTime")
        guard let generated = Timestamp(time) else {
            throw Rejection(
                .invalidGenerated, "eventTime must be as in 2025-11-20T23:59:58.123456+0000.")
        }
        let document = fields.document
        var notes: [EventNote] = []
        var traits = [Trait("eventTime", .datetime(generated))]
        for (name, path) in paths {
            guard let value = fields.value(path) else { continue }
            traits.append(Trait(name, document.traitValue(of: value, "trait '\(name)'", &notes)))
        }
        let raw = document.rawText(of: node, "the document", &notes)
        // The names under which the audit middleware notifies of the two halves of a request.
        let type =
            fields.value(["requestPath"]) == nil
            ? "audit.\(kind)" : isPending ? "audit.http.request" : "audit.http.response"
        return DecodedEvent(
            event: Event(
                messageID: messageID, eventType: type, generated: generated, traits: traits,
                raw: JSONText(canonical: raw)), notes: notes, isAuditDocument: true)
    }
}

/// The members of a CADF document, by their paths.
private struct CADFFields {
    let document: JSONDocument
    private let node: JSONNode

    init(_ node: JSONNode, in document: JSONDocument) {
        self.node = node
        self.document = document
    }

    /// Nil where it is missing or null; of a member sent twice the last.
    func value(_ path: [String]) -> JSONNode? {
        var found = node
        for name in path {
            guard document.kind(of: found) == .object,
                let member = document.members(of: found).filter({
                    document.text(of: $0.name) == name
                }).last
            else { return nil }
            found = member.value
        }
        return document.kind(of: found) == .null ? nil : found
    }

    /// A text that has to be there.
    func text(_ name: String) throws(Rejection) -> String {
        guard let node = value([name]) else {
            throw Rejection(.missingField, "\(name) is missing; a CADF event needs it.")
        }
        guard document.kind(of: node) == .string, !document.holdsNUL(node),
            case let text = document.text(of: node), !text.isEmpty
        else { throw Rejection(.invalidCADF, "\(name) must be a text that is not empty.") }
        return text
    }

    func word(_ name: String, of words: [String]) throws(Rejection) -> String {
        let text = try text(name)
        guard words.contains(text) else {
            throw Rejection(
                .invalidCADF, "\(name) must be one of \(words.joined(separator: ", ")).")
        }
        return text
    }

    /// Who took part is described, or referred to.
    func requireOne(of role: String) throws(Rejection) {
        switch (value([role]), value(["\(role)Id"])) {
        case (nil, nil):
            throw Rejection(
                .missingField, "\(role) and \(role)Id are missing; a CADF event has one of them.")
        case (_?, _?):
            throw Rejection(
                .invalidCADF, "\(role) and \(role)Id are both there; keep one of them.")
        case (let resource?, nil):
            guard document.kind(of: resource) == .object else {
                throw Rejection(.invalidCADF, "\(role) must be an object.")
            }
        case (nil, _?): break
        }
    }
}
