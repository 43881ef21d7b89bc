internal import JSON
internal import Values

/// The text of an event that Ceilometer signs: name and value of every member, one after the other
/// without anything between, as Python prints them.
///
/// - Source: `compute_signature` of ceilometer/publisher/utils.py, 27.0. Under Python 2 lists of texts
///   were printed otherwise; those signatures do not hold here.
struct SignedText {
    private let document: JSONDocument
    private(set) var bytes: [UInt8] = []
    /// Half of a surrogate pair stands in the text: Python cannot sign such a one.
    private(set) var isSignable = true

    /// - Parameter event: an object.
    init(of event: JSONNode, in document: JSONDocument) {
        self.document = document
        append(membersOf: event, under: Path())
    }

    /// The names that lead to a member, each but the last with a colon behind it.
    private struct Path {
        var bytes: [UInt8] = []
        var isSignable = true
    }

    /// Members by the code points of their names. Those of an object within have its name before
    /// theirs, with a colon; recursion is bounded by the depth an event may have.
    private mutating func append(membersOf object: JSONNode, under prefix: Path) {
        for (name, value) in sortedMembers(of: object) {
            var path = prefix
            path.bytes += document.text(of: name).utf8
            if document.wasReplaced(name) { path.isSignable = false }
            if document.kind(of: value) == .object {
                path.bytes.append(UInt8(ascii: ":"))
                append(membersOf: value, under: path)
            } else if !path.bytes.elementsEqual(MessageSignatures.member.utf8) {
                bytes += path.bytes
                // Not before: the name of an empty object is no part of the text.
                if !path.isSignable { isSignable = false }
                append(value)
            }
        }
    }

    private func sortedMembers(of object: JSONNode) -> [(name: JSONNode, value: JSONNode)] {
        document.distinctMembers(of: object).sorted { document.precedes($0.name, $1.name) }
    }

    /// What `str(value)` gives: a text is itself here, and bytes in quotes inside of a list.
    private mutating func append(_ value: JSONNode) {
        switch document.kind(of: value) {
        case .string: bytes += utf8(value)
        case .array: append(list: value)
        case .null, .boolean, .integer, .bigInteger, .float, .nonFinite, .object:
            bytes += scalar(value).utf8
        }
    }

    private mutating func append(list: JSONNode) {
        bytes.append(UInt8(ascii: "["))
        var isFirst = true
        for element in document.elements(of: list) {
            if !isFirst { bytes += ", ".utf8 }
            isFirst = false
            append(element: element)
        }
        bytes.append(UInt8(ascii: "]"))
    }

    private mutating func append(element: JSONNode) {
        switch document.kind(of: element) {
        case .string: append(literal: utf8(element))
        case .array: append(list: element)
        case .object: append(dictionary: element)
        case .null, .boolean, .integer, .bigInteger, .float, .nonFinite:
            bytes += scalar(element).utf8
        }
    }

    private mutating func append(dictionary: JSONNode) {
        bytes.append(UInt8(ascii: "{"))
        var isFirst = true
        for (name, value) in sortedMembers(of: dictionary) {
            if !isFirst { bytes += ", ".utf8 }
            isFirst = false
            append(literal: utf8(name))
            bytes += ": ".utf8
            append(element: value)
        }
        bytes.append(UInt8(ascii: "}"))
    }

    private func scalar(_ node: JSONNode) -> String {
        switch document.kind(of: node) {
        case .boolean: document.boolean(of: node) ? "True" : "False"
        case .integer: String(document.integer(of: node))
        case .bigInteger: document.literal(of: node)
        case .float: document.double(of: node).shortestText
        case .nonFinite: Self.nonFinite[document.literal(of: node)] ?? "nan"
        case .null, .string, .array, .object: "None"
        }
    }

    private static let nonFinite = ["Infinity": "inf", "-Infinity": "-inf"]

    /// A `bytes` of Python as it would stand in a program: `b'...'`.
    private mutating func append(literal text: [UInt8]) {
        let hasSingle = text.contains(UInt8(ascii: "'"))
        let quote = UInt8(ascii: hasSingle && !text.contains(UInt8(ascii: "\"")) ? "\"" : "'")
        bytes.append(UInt8(ascii: "b"))
        bytes.append(quote)
        for byte in text {
            switch byte {
            case quote, UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case 0x09: bytes += "\\t".utf8
            case 0x0A: bytes += "\\n".utf8
            case 0x0D: bytes += "\\r".utf8
            case 0x20...0x7E: bytes.append(byte)
            default: bytes += "\\x".utf8 + [Self.digit(byte >> 4), Self.digit(byte & 0xF)]
            }
        }
        bytes.append(quote)
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }

    private mutating func utf8(_ string: JSONNode) -> [UInt8] {
        if document.wasReplaced(string) { isSignable = false }
        return Array(document.text(of: string).utf8)
    }
}
