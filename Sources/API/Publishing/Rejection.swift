/// Why one event is not stored. The others of its batch are.
struct Rejection: Error, Sendable, Equatable {
    /// The word in the answer and in the metric.
    enum Code: String, Sendable, CaseIterable {
        case invalidMessageID = "invalid_message_id"
        case invalidEventType = "invalid_event_type"
        case invalidGenerated = "invalid_generated"
        case invalidTrait = "invalid_trait"
        case invalidEvent = "invalid_event"
        case invalidJSON = "invalid_json"
        case missingField = "missing_field"
        case tooLarge = "too_large"
        case tooDeep = "too_deep"
        case tooOld = "too_old"
        case invalidCloudEvent = "invalid_cloud_event"
        case invalidCADF = "invalid_cadf"
        case unsigned
        case badSignature = "bad_signature"
        case rawOnly = "raw_only"
        case sample
    }

    let code: Code
    /// A sentence for the user.
    let detail: String
    /// Where it is known.
    var messageID: String?

    init(_ code: Code, _ detail: String) {
        self.code = code
        self.detail = detail
    }

    static let rawOnly = Rejection(
        .rawOnly,
        "This is a payload without message_id, event_type and generated, as the publisher's "
            + "option raw_only sends it. Events cannot be made of it: remove raw_only.")
}

/// What was changed so that an event could be kept.
struct EventNote: Sendable, Equatable {
    enum Code: String, Sendable {
        case keptAsText = "kept_as_text"
        case nonFinite = "non_finite"
        case replacedSurrogate = "replaced_surrogate"
        case removedNUL = "removed_nul"
        case duplicateTrait = "duplicate_trait"
        case arrivalTime = "arrival_time"
        case unsigned
        case badSignature = "bad_signature"
    }

    let code: Code
    /// The field, or the name of the trait in quotes.
    let place: String

    /// A sentence for the user.
    var detail: String {
        switch code {
        case .keptAsText: "The value of \(place) does not fit its type and is kept as text."
        case .nonFinite: "A number in \(place) is not finite and is kept as null."
        case .replacedSurrogate: "Half of a surrogate pair in \(place) is kept as U+FFFD."
        case .removedNUL: "U+0000 was removed from \(place)."
        case .arrivalTime: "\(place) is missing; generated is when the event came in."
        case .unsigned: "\(place) is missing: nobody knows who made the event."
        case .badSignature: "\(place) does not fit the event."
        case .duplicateTrait: "\(place) was sent twice with the same type; the last is kept."
        }
    }
}
