/// A rule that the service asks, with what holds where no file says otherwise.
package struct BuiltInRule: Sendable {
    package let name: String
    package let text: String
    /// For the operator: who passes by default, and what the rule decides.
    package let meaning: String
    /// What asks it: `GET /v2/events`. Empty for rules that only other rules and scopes use.
    package let operations: [String]

    private init(_ name: String, _ text: String, _ meaning: String, _ operations: [String] = []) {
        self.name = name
        self.text = text
        self.meaning = meaning
        self.operations = operations
    }

    package static let isAdministrator = "context_is_admin"
    package static let isSystemReader = "context_is_system_reader"
    package static let segregation = "segregation"
    package static let listEvents = "telemetry:events:index"
    package static let showEvent = "telemetry:events:show"
    package static let createEvents = "telemetry:events:create"
    package static let listEventTypes = "telemetry:event_types:index"
    package static let showEventType = "telemetry:event_types:show"
    package static let listTraits = "telemetry:traits:index"
    package static let showTrait = "telemetry:traits:show"

    private static let wholeStore = "rule:segregation or rule:context_is_system_reader"

    /// Panko's four rules mean what they mean there; the others are ours.
    package static let all: [BuiltInRule] = [
        BuiltInRule(isAdministrator, "role:admin", "Who is an administrator; for other rules."),
        BuiltInRule(
            isSystemReader, "system_scope:all and (role:admin or role:reader)",
            "Who sees every event without belonging to a project. Asked only of callers that act "
                + "for the whole system."),
        BuiltInRule(
            segregation, "rule:context_is_admin",
            "Who sees the events of the whole project and those that name no project, and with "
                + "all_tenants those of all projects. Everybody else sees what he did himself in "
                + "his project."),
        BuiltInRule(
            listEvents, "", "Who may list events; which ones he sees is decided above.",
            ["GET /v2/events"]),
        BuiltInRule(
            showEvent, "", "Who may ask for one event.", ["GET /v2/events/{message_id}"]),
        BuiltInRule(
            createEvents, "role:admin or role:service or is_unchecked:True",
            "Who may publish events. is_unchecked is true with auth.strategies none, where "
                + "everybody may who can connect.",
            ["POST /v2/events"]),
        BuiltInRule(
            listEventTypes, wholeStore,
            "Who may list the types of events. Whoever passes and is no administrator sees the "
                + "types of the events that he may see.",
            ["GET /v2/event_types"]),
        BuiltInRule(
            showEventType, wholeStore,
            "Who may ask for one type, where nothing is ever found, as in Panko.",
            ["GET /v2/event_types/{event_type}"]),
        BuiltInRule(
            listTraits, wholeStore,
            "Who may list the traits of a type: of the events that he may see.",
            ["GET /v2/event_types/{event_type}/traits"]),
        BuiltInRule(
            showTrait, wholeStore,
            "Who may list the values of a trait: of the events that he may see.",
            ["GET /v2/event_types/{event_type}/traits/{trait_name}"]),
    ]
}
