import EventCopy
import EventStore
import JSON
import SQL
import Values

/// One event while it is made of rows: its traits so far, and what had to be changed.
struct PankoReading {
    private let dialect: PankoDialect
    private(set) var traits: [Trait] = []
    private(set) var changes: [SourceChange.Kind] = []
    private var taken: Set<Slot> = []

    private struct Slot: Hashable {
        let name: ExactText
        let type: TraitType
    }

    init(_ dialect: PankoDialect) {
        self.dialect = dialect
    }

    // MARK: Identifiers and time

    /// Nil where there is none that Annals can hold.
    mutating func messageID(_ value: SQLValue) -> String? {
        if let text = identifier(value) { return text }
        keep(value, as: "message_id", because: .messageIDReplaced)
        return nil
    }

    /// `none` where there is none that Annals can hold; a longer one is cut.
    mutating func eventType(_ value: SQLValue) -> String {
        if let text = identifier(value) { return text }
        keep(value, as: "event_type", because: .eventTypeReplaced)
        guard let text = value.text, !text.isEmpty, !text.utf8.contains(0) else { return "none" }
        return String(String.UnicodeScalarView(text.unicodeScalars.prefix(255)))
    }

    /// The epoch where there is none that Annals can hold.
    mutating func generated(_ value: SQLValue) -> Timestamp {
        if let time = value.time(in: dialect) { return time }
        keep(value, as: "generated", because: .generatedReplaced)
        return Timestamp(microseconds: 0) ?? .earliest
    }

    /// A text of 1 to 255 characters without U+0000.
    private mutating func identifier(_ value: SQLValue) -> String? {
        guard let text = value.text, !text.isEmpty, !text.utf8.contains(0),
            text.unicodeScalars.count <= 255
        else { return nil }
        noteDamage(value)
        return text
    }

    private mutating func keep(
        _ value: SQLValue, as name: String, because change: SourceChange.Kind
    ) {
        changes.append(change)
        insert("panko:" + name, text(value).map(TraitValue.text) ?? .null(.text))
    }

    // MARK: Traits

    mutating func add(_ trait: PankoTrait) {
        let name = text(trait.name) ?? ""
        insert(name, value(trait))
    }

    private mutating func value(_ trait: PankoTrait) -> TraitValue {
        if trait.value == .null { return .null(trait.type) }
        let value: TraitValue? =
            switch trait.type {
            case .text: text(trait.value).map(TraitValue.text)
            case .integer: trait.value.wholeNumber.map(TraitValue.integer)
            case .float: float(trait.value)
            case .datetime: trait.value.time(in: dialect).map(TraitValue.datetime)
            }
        if let value { return value }
        // SQLite stores any text in any column, and PostgreSQL knows times beyond the year 9999.
        changes.append(.keptAsText)
        return text(trait.value).map(TraitValue.text) ?? .null(trait.type)
    }

    private mutating func float(_ value: SQLValue) -> TraitValue? {
        guard let number = value.number else { return nil }
        guard number.isFinite else {
            changes.append(.nonFinite)
            return .null(.float)
        }
        // No answer of Panko knows a negative zero.
        return .float(number == 0 ? 0 : number)
    }

    /// Under its own name; under another one where that is empty or taken.
    private mutating func insert(_ name: String, _ value: TraitValue) {
        var free = name
        var attempt = 1
        while free.isEmpty
            || !taken.insert(Slot(name: ExactText(free), type: value.type)).inserted
        {
            let number = attempt == 1 ? "" : "\(attempt):"
            free = "panko:\(number)\(value.type.name):\(name)"
            attempt += 1
        }
        if attempt > 1 { changes.append(.traitRenamed) }
        traits.append(Trait(free, value))
    }

    // MARK: Texts and raw

    /// The JSON document; `null` where there is none, as Panko answers.
    mutating func raw(_ value: SQLValue) -> JSONText {
        guard let source = value.text else { return .null }
        noteDamage(value)
        let canonical: CanonicalText
        do throws(JSONError) {
            canonical = try JSONDocument.read(Array(source.utf8), limits: Self.limits) {
                document throws(JSONError) in
                document.canonicalText(of: try document.value())
            }
        } catch {
            changes.append(.rawKeptAsText)
            return .string(source)
        }
        if canonical.replacedSurrogate || canonical.droppedNumber { changes.append(.rawChanged) }
        return canonical.text
    }

    /// What was once let in is not refused now.
    private static let limits = JSONLimits(depth: 512, valueBytes: 1 << 30)

    /// Nil where there is none. U+0000 goes, as on the publishing route.
    private mutating func text(_ value: SQLValue) -> String? {
        guard var text = value.text else { return nil }
        noteDamage(value)
        if text.utf8.contains(0) {
            text.unicodeScalars.removeAll { $0.value == 0 }
            changes.append(.removedNUL)
        }
        return text
    }

    private mutating func noteDamage(_ value: SQLValue) {
        if case .blob(let bytes) = value, String(validating: bytes, as: UTF8.self) == nil {
            changes.append(.replacedBytes)
        }
    }
}
