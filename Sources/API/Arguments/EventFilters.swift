internal import EventStore
internal import Values

/// The conditions of a listing with their meaning: Panko's rules of contract section 3.
struct EventFilters: Sendable {
    private(set) var eventType: String?
    private(set) var messageID: String?
    private(set) var start: Timestamp?
    private(set) var end: Timestamp?
    private(set) var traits: [TraitFilter] = []
    /// An administrator asked for the events of all projects.
    private(set) var allTenants = false
    /// No event can match, as when an integer beyond int64 is to be equal.
    private(set) var matchNothing = false

    /// - Parameter maximumCount: each filter costs a search: more would be a way to stop the service.
    init(
        _ items: [FilterItem], isAdministrator: Bool, maximumCount: Int
    ) throws(APIError) {
        guard items.count <= maximumCount else {
            throw .badRequest(
                "Parameter q has \(items.count) conditions; "
                    + "at most \(maximumCount) are allowed.")
        }
        for item in items { try add(item, isAdministrator: isAdministrator) }
    }

    private mutating func add(_ item: FilterItem, isAdministrator: Bool) throws(APIError) {
        let comparison = try Self.comparison(item.comparison)
        guard let field = item.field else {
            throw .invalid("field", value: "None", "Mandatory field missing.")
        }
        // An empty value is no condition: ManageIQ's first poll asks for events from "".
        let value = item.value.flatMap { $0.isEmpty ? nil : $0 }
        switch field {
        case "event_type":
            try Self.require(.equal, comparison, field)
            eventType = value
        case "message_id":
            try Self.require(.equal, comparison, field)
            messageID = value
        case "start_timestamp":
            try Self.require(.greaterOrEqual, comparison, field)
            start = try Self.timestamp(value, field)
        case "end_timestamp":
            try Self.require(.lessOrEqual, comparison, field)
            end = try Self.timestamp(value, field)
        case "all_tenants" where isAdministrator && !allTenants:
            allTenants = Self.isTrue(item.value)
        default:
            try addTrait(field, comparison, item)
        }
    }

    private mutating func addTrait(
        _ name: String, _ comparison: Comparison, _ item: FilterItem
    ) throws(APIError) {
        let word = item.type.flatMap { $0.isEmpty ? nil : $0 } ?? "string"
        guard let type = TraitType(name: word) else {
            throw .badRequest(
                "The data type \(word) is not supported. The supported data type list is: "
                    + "['integer', 'float', 'string', 'datetime']")
        }
        guard let text = item.value else {
            guard type == .text else { throw Self.cannotConvert("None", type) }
            matchNothing = true
            return
        }
        switch TraitCondition(comparison, text, as: type) {
        case .filter(let comparison, let operand):
            traits.append(TraitFilter(name, comparison, operand))
        case .never: matchNothing = true
        case nil: throw Self.cannotConvert(text, type)
        }
    }

    private static func cannotConvert(_ text: String, _ type: TraitType) -> APIError {
        .badRequest("Unable to convert the value \(text) to the expected data type \(type.name).")
    }

    private static func comparison(_ text: String?) throws(APIError) -> Comparison {
        guard let text, !text.isEmpty else { return .equal }
        guard let comparison = Comparison(rawValue: text) else {
            throw .badRequest(
                "Operator \(text) is not supported. The supported operators are: "
                    + "('lt', 'le', 'eq', 'ne', 'ge', 'gt')")
        }
        return comparison
    }

    private static func require(
        _ wanted: Comparison, _ found: Comparison, _ field: String
    ) throws(APIError) {
        if found == wanted { return }
        throw .badRequest(
            "Operator \(found.rawValue) is not supported. Only `\(wanted.rawValue)' operator is "
                + "available for field \(field)")
    }

    private static func timestamp(
        _ text: String?, _ field: String
    ) throws(APIError) -> Timestamp? {
        guard let text else { return nil }
        guard let time = Timestamp(text) else {
            throw .invalid(
                field, value: text, "Unable to parse date string \(PythonText.quoted(text))")
        }
        return time
    }

    /// - Source: oslo's `bool_from_string`, not strict.
    private static func isTrue(_ text: String?) -> Bool {
        let word = (text ?? "").split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return ["1", "t", "true", "on", "y", "yes"].contains(word.lowercased())
    }
}
