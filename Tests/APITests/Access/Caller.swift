import HTTP
import Identity

/// Whoever could ask: one of each kind that an authentication strategy can find.
enum Caller: String, CaseIterable, Sendable {
    case nobody, unscoped, member, reader, colleague, service, admin
    case domainMember, domainAdmin, systemAdmin, systemReader, systemMember
    /// An administrator as auth.strategies none takes him.
    case unchecked

    var identity: Identity {
        switch self {
        case .nobody: Identity()
        case .unscoped: Identity(userID: "u1")
        case .member: Identity(roles: ["member"], userID: "u1", projectID: "p1")
        case .reader: Identity(roles: ["reader"], userID: "u1", projectID: "p1")
        case .colleague: Identity(roles: ["member", "reader"], userID: "u2", projectID: "p1")
        case .service: Identity(roles: ["service"], userID: "ceilometer", projectID: "services")
        case .admin: Identity(roles: ["admin", "reader"], userID: "u9", projectID: "p1")
        case .domainMember: Identity(roles: ["member"], userID: "u1", domainID: "d1")
        case .domainAdmin: Identity(roles: ["admin"], userID: "u1", domainID: "d1")
        case .systemAdmin: Identity(roles: ["admin"], userID: "u9", isSystemScoped: true)
        case .systemReader: Identity(roles: ["reader"], userID: "u8", isSystemScoped: true)
        case .systemMember: Identity(roles: ["member"], userID: "u1", isSystemScoped: true)
        case .unchecked:
            Identity(roles: ["admin"], userID: "u9", projectID: "p1", isUnchecked: true)
        }
    }

    /// Which events he sees; nil where he is refused.
    var events: [Object]? {
        switch self {
        case .nobody, .unscoped, .domainMember, .domainAdmin, .systemMember: nil
        case .member, .reader: [.own]
        case .colleague: [.colleagues]
        case .service: []
        case .admin, .unchecked: [.own, .colleagues, .unowned]
        case .systemAdmin, .systemReader: Object.allCases
        }
    }

    /// Which events he sees where he asks for those of all projects.
    var eventsOfAllTenants: [Object]? {
        switch self {
        case .admin, .unchecked, .systemAdmin, .systemReader: Object.allCases
        // To everybody else this is a trait that no event has.
        default: events.map { _ in [] }
        }
    }

    /// Of which events he sees types and traits by default; nil where he is refused.
    var types: [Object]? {
        switch self {
        case .admin, .unchecked, .systemAdmin, .systemReader: Object.allCases
        default: nil
        }
    }

    /// The same where the policy shows them to everybody.
    var openTypes: [Object]? { types ?? events }

    /// Those that belong to a project are told its name, as Panko tells it.
    var typeRefusal: Status {
        [.member, .reader, .colleague, .service].contains(self) ? .unauthorized : .forbidden
    }

    var mayPublish: Bool {
        [.service, .admin, .systemAdmin, .domainAdmin, .unchecked].contains(self)
    }
}

/// The events that the store holds, each with an id, a type, a trait and a value of its own.
enum Object: String, CaseIterable, Sendable {
    /// What `u1` did in `p1`, what `u2` did there, what names no project, what `u1` did elsewhere.
    case own, colleagues, unowned, foreign

    var document: String {
        let owners =
            switch self {
            case .own: #"["project_id", 1, "p1"], ["user_id", 1, "u1"], "#
            case .colleagues: #"["project_id", 1, "p1"], ["user_id", 1, "u2"], "#
            case .unowned: ""
            case .foreign: #"["project_id", 1, "p2"], ["user_id", 1, "u1"], "#
            }
        return """
            {"message_id": "\(id)", "event_type": "\(type)", "generated": "2026-01-01T00:00:00",
             "traits": [\(owners)["\(trait)", 1, "\(value)"]], "raw": {"note": "\(rawValue)-raw"}}
            """
    }

    var id: String { "\(rawValue)-id" }
    var type: String { "\(rawValue)-type" }
    var trait: String { "\(rawValue)-trait" }
    var value: String { "\(rawValue)-value" }

    /// Is any of it in this text?
    func isTold(in text: String) -> Bool {
        [id, type, trait, value, "\(rawValue)-raw"].contains { text.contains($0) }
    }

    /// The path to it, `{message_id}` and the like filled in.
    func path(_ pattern: String) -> String {
        pattern.replacing("{message_id}", with: id).replacing("{event_type}", with: type)
            .replacing("{trait_name}", with: trait)
    }
}

/// Takes for granted whom a header names.
struct NamedCaller: IdentityStrategy {
    func authenticate(_ request: Request) async throws(IdentityError) -> Identity? {
        request.headers["X-Caller"].flatMap(Caller.init(rawValue:))?.identity
    }
}
