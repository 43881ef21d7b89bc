import EventStore
import JSON
import Values

/// The column `event.traits`: `{"string": {name: value}, "integer": {}, "float": {}, "datetime": {}}`,
/// types without traits left out.
///
/// Times are ISO texts that sort as they follow each other; minus zero, which `numeric` does not
/// have, is a text too.
enum TraitDocument {
    static func encode(_ traits: [Trait]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(32 + traits.count * 48)
        bytes.append(UInt8(ascii: "{"))
        for type in TraitType.allCases {
            var isFirst = true
            for trait in traits where trait.value.type == type {
                if isFirst {
                    if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
                    bytes.append(jsonText: type.name)
                    bytes.append(contentsOf: [UInt8(ascii: ":"), UInt8(ascii: "{")])
                } else {
                    bytes.append(UInt8(ascii: ","))
                }
                isFirst = false
                bytes.append(jsonText: trait.name)
                bytes.append(UInt8(ascii: ":"))
                bytes.append(jsonValue: trait.value)
            }
            if !isFirst { bytes.append(UInt8(ascii: "}")) }
        }
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }

    /// Nil where the text is no such document: the row is damaged.
    static func decode(_ text: [UInt8]) -> [Trait]? {
        let limits = JSONLimits(depth: 4, valueBytes: 1 << 30)
        let read: [Trait]??
        do throws(JSONError) {
            read = try JSONDocument.read(text, limits: limits) { document throws(JSONError) in
                traits(in: document, try document.value())
            }
        } catch {
            return nil
        }
        return read ?? nil
    }

    private static func traits(in document: JSONDocument, _ root: JSONNode) -> [Trait]? {
        guard document.kind(of: root) == .object else { return nil }
        var traits: [Trait] = []
        for (typeName, members) in document.members(of: root) {
            guard let type = TraitType(name: document.text(of: typeName)),
                document.kind(of: members) == .object
            else { return nil }
            for (name, node) in document.members(of: members) {
                guard let value = value(of: type, in: document, node) else { return nil }
                traits.append(Trait(document.text(of: name), value))
            }
        }
        return traits
    }

    private static func value(
        of type: TraitType, in document: JSONDocument, _ node: JSONNode
    ) -> TraitValue? {
        let kind = document.kind(of: node)
        if kind == .null { return .null(type) }
        return switch type {
        case .text: kind == .string ? .text(document.text(of: node)) : nil
        case .integer: kind == .integer ? .integer(document.integer(of: node)) : nil
        case .float:
            kind == .string
                ? Double(document.text(of: node)).map { .float($0) }
                : Double(document.literal(of: node)).map { .float($0) }
        case .datetime:
            kind == .string ? Timestamp(document.text(of: node)).map { .datetime($0) } : nil
        }
    }
}

extension [UInt8] {
    fileprivate mutating func append(jsonValue value: TraitValue) {
        switch value {
        case .text(let text): append(jsonText: text)
        case .integer(let number): append(contentsOf: String(number).utf8)
        case .float(let number):
            if number == 0, number.sign == .minus {
                append(jsonText: "-0.0")
            } else {
                append(contentsOf: number.description.utf8)
            }
        case .datetime(let time): append(jsonText: time.description)
        case .null: append(contentsOf: "null".utf8)
        }
    }

    fileprivate mutating func append(jsonText text: String) {
        append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                append(UInt8(ascii: "\\"))
                append(byte)
            case 0..<0x20:
                append(contentsOf: "\\u00".utf8)
                append(Self.digit(byte >> 4))
                append(Self.digit(byte & 15))
            default: append(byte)
            }
        }
        append(UInt8(ascii: "\""))
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}
