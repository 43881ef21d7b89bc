internal import EventStore
internal import JSON
internal import Values

/// Reads traits in the forms publishers use: `[name, code, value]` (Ceilometer over HTTP),
/// `{"name", "dtype", "value"}` (Ceilometer in files), `{"name", "type", "value"}` (our own
/// answers, where every value is a text).
struct TraitDecoder {
    let document: JSONDocument
    private(set) var notes: [EventNote] = []

    init(_ document: JSONDocument) {
        self.document = document
    }

    /// What `decodeAll` gave stands by name, each name once.
    private(set) var areOrdered = true

    /// The traits of one event, put in order by the bytes they were sent in: comparing those is
    /// many times faster than comparing the texts made of them.
    mutating func decodeAll(of array: JSONNode, count: Int) throws(Rejection) -> [Trait] {
        var parts: [(key: UInt64, trait: TraitParts)] = []
        parts.reserveCapacity(count)
        for element in document.elements(of: array) {
            guard let trait = TraitParts(element, in: document),
                document.kind(of: trait.name) == .string
            else { throw Self.refusal }
            parts.append((document.sortKey(of: trait.name), trait))
        }
        let document = document
        // Stable: of two with the same name the later one stays the later one.
        parts.sort {
            $0.key < $1.key
                || $0.key == $1.key && document.precedes($0.trait.name, $1.trait.name)
        }
        for (left, right) in zip(parts, parts.dropFirst()) where left.key == right.key {
            if !document.precedes(left.trait.name, right.trait.name) { areOrdered = false }
        }
        var traits: [Trait] = []
        traits.reserveCapacity(count)
        for part in parts { traits.append(try decode(part.trait)) }
        // A name that had to be changed may have lost its place.
        if !notes.isEmpty { areOrdered = false }
        return traits
    }

    private static let refusal = Rejection(
        .invalidTrait,
        "A trait is [name, dtype, value] or an object with name, dtype or type, and value; its "
            + "name has at least one character.")

    private mutating func decode(_ parts: TraitParts) throws(Rejection) -> Trait {
        let name = text(parts.name, nil)
        // A trait without a name has no path to its values.
        if name.isEmpty { throw Self.refusal }
        let type = DeclaredType(parts.type, in: document)
        guard let node = parts.value else { return Trait(name, .null(type.known ?? .text)) }
        return Trait(name, value(node, type, name))
    }

    private mutating func value(
        _ node: JSONNode, _ declared: DeclaredType, _ name: String
    ) -> TraitValue {
        let kind = document.kind(of: node)
        if kind == .null { return .null(declared.known ?? .text) }
        let value: TraitValue?
        switch declared {
        case .known(.text), .missing: value = kind == .string ? .text(text(node, name)) : nil
        case .known(.integer): value = integer(node, kind)
        case .known(.float): value = float(node, kind, name)
        case .known(.datetime): value = datetime(node, kind)
        case .unknown: value = nil
        }
        return value ?? keptText(node, kind, name)
    }

    private mutating func keptText(_ node: JSONNode, _ kind: JSONKind, _ name: String) -> TraitValue
    {
        note(.keptAsText, name)
        switch kind {
        case .string: return .text(text(node, name))
        case .integer, .bigInteger, .float, .nonFinite: return .text(document.literal(of: node))
        case .null, .boolean, .array, .object:
            return .text(document.canonicalText(of: node).text.text)
        }
    }

    /// Nil where the value is no integer of 64 bits.
    private func integer(_ node: JSONNode, _ kind: JSONKind) -> TraitValue? {
        if kind == .integer { return .integer(document.integer(of: node)) }
        guard kind == .string else { return nil }
        if document.isText(node, "None") { return .null(.integer) }
        let text = document.text(of: node)
        // Other digits of the same number ("007") would not come back as they were sent.
        guard let number = Int64(text), String(number) == text else { return nil }
        return .integer(number)
    }

    /// Nil where the value is no number, or one beyond a double.
    private mutating func float(_ node: JSONNode, _ kind: JSONKind, _ name: String) -> TraitValue? {
        let number: Double
        switch kind {
        case .integer, .bigInteger, .float:
            number = document.double(of: node)
        case .nonFinite:
            note(.nonFinite, name)
            return .null(.float)
        case .string:
            if document.isText(node, "None") { return .null(.float) }
            guard let read = PythonNumber.double(document.text(of: node)) else { return nil }
            if document.namesNonFinite(node) {
                note(.nonFinite, name)
                return .null(.float)
            }
            number = read
        case .null, .boolean, .array, .object: return nil
        }
        // The databases under Panko know no negative zero, and neither does any of its answers.
        return number.isFinite ? .float(number == 0 ? 0 : number) : nil
    }

    private func datetime(_ node: JSONNode, _ kind: JSONKind) -> TraitValue? {
        guard kind == .string else { return nil }
        if document.isText(node, "None") { return .null(.datetime) }
        return document.timestamp(of: node).map(TraitValue.datetime)
    }

    /// - Parameter trait: the trait it is the value of; nil where it is the name itself.
    private mutating func text(_ node: JSONNode, _ trait: String?) -> String {
        guard document.needsMending(node) else { return document.text(of: node) }
        var notes: [EventNote] = []
        let text = document.mendedText(of: node, "", &notes)
        for found in notes { note(found.code, trait ?? text) }
        return text
    }

    private mutating func note(_ code: EventNote.Code, _ trait: String) {
        notes.append(EventNote(code: code, place: "trait '\(trait)'"))
    }
}

/// The three parts of a trait, whatever its form.
private struct TraitParts {
    let name: JSONNode
    let type: JSONNode?
    let value: JSONNode?

    /// Nil where the form is none of the known ones.
    init?(_ node: JSONNode, in document: JSONDocument) {
        switch document.kind(of: node) {
        case .array:
            guard document.count(of: node) == 3 else { return nil }
            var elements = document.elements(of: node)
            guard let name = elements.next() else { return nil }
            self.name = name
            type = elements.next()
            value = elements.next()
        case .object:
            var name: JSONNode?
            var type: JSONNode?
            var value: JSONNode?
            for member in document.members(of: node) {
                if document.isText(member.name, "name") { name = member.value }
                if document.isText(member.name, "dtype") { type = member.value }
                if document.isText(member.name, "type") { type = type ?? member.value }
                if document.isText(member.name, "value") { value = member.value }
            }
            guard let name else { return nil }
            self.name = name
            self.type = type
            self.value = value
        default: return nil
        }
    }
}

/// What a publisher says a value is.
private enum DeclaredType: Equatable {
    case known(TraitType)
    /// Not said: a text is taken as it is.
    case missing
    /// A code or a word that nobody knows.
    case unknown

    var known: TraitType? {
        if case .known(let type) = self { return type }
        return nil
    }

    init(_ node: JSONNode?, in document: JSONDocument) {
        guard let node else {
            self = .missing
            return
        }
        switch document.kind(of: node) {
        case .null: self = .missing
        case .integer:
            // Code 0 is Ceilometer's "none", which Panko stores as text.
            let code = document.integer(of: node)
            let type = code == 0 ? .text : Int(exactly: code).flatMap(TraitType.init(rawValue:))
            self = type.map(Self.known) ?? .unknown
        case .string:
            self = TraitType(name: document.text(of: node)).map(Self.known) ?? .unknown
        default: self = .unknown
        }
    }
}

extension JSONDocument {
    /// Nil where the string is no date.
    func timestamp(of node: JSONNode) -> Timestamp? {
        Timestamp(text(of: node))
    }

    /// The string is one of the words for NaN and infinity, not a number too large.
    fileprivate func namesNonFinite(_ node: JSONNode) -> Bool {
        text(of: node).unicodeScalars.contains { $0 == "n" || $0 == "N" }
    }
}
