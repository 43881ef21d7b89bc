package import EventStore
import JSON
import Values

/// Traits as one JSON document that a database administrator can read and a server can look into:
/// `{"string": {"project_id": "p"}, "integer": {"size": 20}, "float": {...}, "datetime": {...}}`.
///
/// Types without traits are left out; names are in the order of their bytes; a trait without a value
/// is null; times are written as `2020-01-02T10:00:00.123456` in UTC. Every value comes back as it
/// was: integers and floats are written in digits that read back as the same number. Minus zero is a
/// string, because the numbers of PostgreSQL's jsonb have none.
package enum TraitDocument {
    /// UTF-8.
    package static func encode(_ traits: [Trait]) -> [UInt8] {
        var groups = TraitGroups(count: traits.count)
        for trait in traits { groups.append(trait) }
        return groups.document()
    }

    /// In no order. Nil where the bytes are no such document: the row is damaged.
    ///
    /// Spaces between tokens and numbers in other digits are fine: PostgreSQL writes its own.
    package static func decode(_ bytes: [UInt8]) -> [Trait]? {
        let limits = JSONLimits(depth: 3, valueBytes: .max)
        // A document that cannot be read is damaged, whatever the reader says of it.
        return try? JSONDocument.read(bytes, limits: limits) { document throws(JSONError) in
            try traits(of: document.value(), in: document)
        }
    }

    private static func traits(of root: JSONNode, in document: JSONDocument) -> [Trait]? {
        guard document.kind(of: root) == .object else { return nil }
        var traits: [Trait] = []
        for (name, group) in document.members(of: root) {
            guard let type = TraitType(name: document.text(of: name)),
                document.kind(of: group) == .object
            else { return nil }
            for (name, value) in document.members(of: group) {
                guard let value = self.value(of: value, type, in: document) else { return nil }
                traits.append(Trait(document.text(of: name), value))
            }
        }
        return traits
    }

    private static func value(
        of node: JSONNode, _ type: TraitType, in document: JSONDocument
    ) -> TraitValue? {
        let kind = document.kind(of: node)
        if kind == .null { return .null(type) }
        switch type {
        case .text:
            return kind == .string ? .text(document.text(of: node)) : nil
        case .integer:
            return kind == .integer ? .integer(document.integer(of: node)) : nil
        case .float:
            switch kind {
            case .integer, .bigInteger, .float: return .float(document.double(of: node))
            case .string: return document.text(of: node) == "-0.0" ? .float(-0.0) : nil
            default: return nil
            }
        case .datetime:
            guard kind == .string else { return nil }
            return Timestamp(document.text(of: node)).map { .datetime($0) }
        }
    }
}

/// The members of the four groups, each in the order in which they are appended.
private struct TraitGroups {
    private var text: [UInt8] = []
    private var integer: [UInt8] = []
    private var float: [UInt8] = []
    private var datetime: [UInt8] = []

    init(count: Int) {
        // Nearly all traits are texts.
        text.reserveCapacity(64 + count * 48)
    }

    mutating func append(_ trait: Trait) {
        switch trait.value.type {
        case .text: text.append(member: trait)
        case .integer: integer.append(member: trait)
        case .float: float.append(member: trait)
        case .datetime: datetime.append(member: trait)
        }
    }

    func document() -> [UInt8] {
        var bytes: [UInt8] = [UInt8(ascii: "{")]
        bytes.reserveCapacity(
            64 + text.count + integer.count + float.count + datetime.count)
        for (type, members) in [
            (TraitType.text, text), (.integer, integer), (.float, float), (.datetime, datetime),
        ] where !members.isEmpty {
            if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
            bytes.append(string: type.name)
            bytes.append(contentsOf: ":{".utf8)
            bytes.append(contentsOf: members)
            bytes.append(UInt8(ascii: "}"))
        }
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }
}

extension [UInt8] {
    fileprivate mutating func append(member trait: Trait) {
        if !isEmpty { append(UInt8(ascii: ",")) }
        append(string: trait.name)
        append(UInt8(ascii: ":"))
        append(value: trait.value)
    }

    fileprivate mutating func append(value: TraitValue) {
        switch value {
        case .text(let text): append(string: text)
        case .integer(let number): append(contentsOf: String(number).utf8)
        case .float(let number):
            let isMinusZero = number == 0 && number.sign == .minus
            append(contentsOf: isMinusZero ? "\"-0.0\"".utf8 : number.shortestText.utf8)
        case .datetime(let time):
            append(UInt8(ascii: "\""))
            append(contentsOf: time.isoText)
            append(UInt8(ascii: "\""))
        case .null: append(contentsOf: "null".utf8)
        }
    }

    /// In quotes; what JSON wants escaped is, nothing else.
    fileprivate mutating func append(string text: String) {
        append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { bytes in
            // Nearly every text is plain: then it is copied as a whole.
            let isPlain = unsafe bytes.allSatisfy { !Self.isEscaped($0) }
            if isPlain {
                unsafe append(contentsOf: bytes)
            } else {
                for index in bytes.indices { unsafe append(escaping: bytes[index]) }
            }
        }
        append(UInt8(ascii: "\""))
    }

    private static func isEscaped(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private mutating func append(escaping byte: UInt8) {
        guard Self.isEscaped(byte) else { return append(byte) }
        if byte >= 0x20 {
            append(UInt8(ascii: "\\"))
            append(byte)
        } else {
            let digits = Array("0123456789abcdef".utf8)
            append(contentsOf: "\\u00".utf8)
            append(digits[Int(byte >> 4)])
            append(digits[Int(byte & 15)])
        }
    }
}
