internal import EventStore
internal import JSON
internal import Metrics

/// How the member `message_signature` of events is judged: an HMAC-SHA256 of the event's content under
/// a secret that publishers share, as Ceilometer's notifier sends it. Its HTTP publisher signs nothing.
///
/// The outcome is never part of an event: signed or not, it is the same event, and a duplicate of
/// itself.
package struct MessageSignatures: Sendable {
    /// What becomes of events whose signature is missing or wrong.
    package enum Demand: String, Sendable, CaseIterable {
        /// Only events with a signature that holds are taken.
        case required
        /// An event without a signature is taken, one with a wrong signature is not.
        case optional
        /// All are taken; the answer, the metrics and the log tell.
        case marked
    }

    /// Whether `code`, 32 bytes, is the code of `text`. Takes the same time whatever differs.
    package typealias Check = @Sendable (_ text: [UInt8], _ code: [UInt8]) -> Bool

    /// What was found out about one event.
    enum Verdict: String, Sendable, CaseIterable {
        case valid, unsigned, invalid
    }

    static let member = "message_signature"
    private let demand: Demand
    private let check: Check
    private let marks: SignatureMarks?
    private let counters: [Verdict: Counter]

    /// - Parameter marks: told of events that are taken though their signature does not hold.
    package init(_ demand: Demand, marks: SignatureMarks? = nil, check: @escaping Check) {
        self.demand = demand
        self.marks = marks
        self.check = check
        counters = Dictionary(
            uniqueKeysWithValues: Verdict.allCases.map {
                ($0, Counter(label: "event_signatures", dimensions: [("verdict", $0.rawValue)]))
            })
    }

    /// - Parameter event: an object.
    func verdict(on event: JSONNode, in document: JSONDocument) -> Verdict {
        let signature = document.members(of: event).filter {
            document.isText($0.name, "message_signature")
        }.last?.value
        guard let signature, document.kind(of: signature) != .null else { return .unsigned }
        guard document.kind(of: signature) == .string else { return .invalid }
        let digits = document.text(of: signature)
        // A publisher without a secret sends an empty one.
        if digits.isEmpty { return .unsigned }
        guard let code = Self.bytes(hexadecimal: digits) else { return .invalid }
        let text = SignedText(of: event, in: document)
        return text.isSignable && check(text.bytes, code) ? .valid : .invalid
    }

    /// An event as it is taken: with a note where the demand is not met, or not at all.
    func judged(
        _ item: Result<DecodedEvent, Rejection>
    ) -> Result<DecodedEvent, Rejection> {
        guard case .success(var decoded) = item else { return item }
        counters[decoded.signature]?.increment()
        let isRefused: Bool
        switch (decoded.signature, demand) {
        case (.valid, _), (.unsigned, .optional): return item
        case (.invalid, .required), (.invalid, .optional), (.unsigned, .required): isRefused = true
        case (.invalid, .marked), (.unsigned, .marked): isRefused = false
        }
        let isMissing = decoded.signature == .unsigned
        if isRefused {
            var rejection =
                isMissing
                ? Rejection(.unsigned, "The event has no message_signature, and needs one.")
                : Rejection(
                    .badSignature,
                    "The message_signature does not fit the event: publisher and service must have "
                        + "the same telemetry_secret.")
            rejection.messageID = decoded.event.messageID
            return .failure(rejection)
        }
        marks?.note(decoded.event.messageID, decoded.signature)
        decoded.notes.append(
            EventNote(code: isMissing ? .unsigned : .badSignature, place: Self.member))
        return .success(decoded)
    }

    /// 64 digits in lower case, as Python writes and compares them; nil for everything else.
    private static func bytes(hexadecimal text: String) -> [UInt8]? {
        let digits = text.utf8.compactMap { digit -> UInt8? in
            switch digit {
            case 0x30...0x39: digit - 0x30
            case 0x61...0x66: digit - 0x61 + 10
            default: nil
            }
        }
        guard text.utf8.count == 64, digits.count == 64 else { return nil }
        return (0..<32).map { digits[2 * $0] << 4 | digits[2 * $0 + 1] }
    }
}
