internal import CSimdJSON
package import Values

extension JSONDocument {
    /// The value in the store's canonical form: names in the order they came, of two with the same
    /// name the last value in the first one's place, numbers in the digits they came in.
    package func canonicalText(of node: JSONNode) -> CanonicalText {
        if kind(of: node) == .object, count(of: node) == 0 {
            return CanonicalText(text: .emptyObject, replacedSurrogate: false, droppedNumber: false)
        }
        var writer = CanonicalWriter(document: self)
        writer.append(node)
        return CanonicalText(
            text: JSONText(canonical: String(decoding: writer.bytes, as: UTF8.self)),
            replacedSurrogate: writer.replacedSurrogate, droppedNumber: writer.droppedNumber)
    }
}

/// A canonical text, and what could not be kept in it.
package struct CanonicalText: Sendable {
    package let text: JSONText
    /// Half of a surrogate pair has become U+FFFD somewhere.
    package let replacedSurrogate: Bool
    /// `NaN` or an infinity has become null somewhere.
    package let droppedNumber: Bool
}

private struct CanonicalWriter {
    let document: JSONDocument
    var bytes: [UInt8] = []
    var replacedSurrogate = false
    var droppedNumber = false

    /// Recursion is bounded by the depth that was allowed when the text was read.
    mutating func append(_ node: JSONNode) {
        switch document.kind(of: node) {
        case .null: bytes.append("null")
        case .boolean: bytes.append(document.boolean(of: node) ? "true" : "false")
        case .integer, .bigInteger, .float: append(literal: node)
        case .nonFinite:
            droppedNumber = true
            bytes.append("null")
        case .string: append(string: node)
        case .array: append(array: node)
        case .object: append(object: node)
        }
    }

    private mutating func append(literal node: JSONNode) {
        let found = document[node]
        bytes.append(
            contentsOf: UnsafeBufferPointer(
                start: document.source + Int(found.offset), count: Int(found.length)))
    }

    private mutating func append(string node: JSONNode) {
        if document.wasReplaced(node) { replacedSurrogate = true }
        let text = document.stringBytes(of: node)
        bytes.append(UInt8(ascii: "\""))
        if UInt32(document[node].flags) & UInt32(ANNALS_JSON_UNESCAPED) == 0 {
            // Sent without a backslash: there is nothing in it to escape.
            bytes.append(contentsOf: text)
        } else {
            for byte in text { bytes.append(escaped: byte) }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func append(array node: JSONNode) {
        bytes.append(UInt8(ascii: "["))
        var isFirst = true
        for element in document.elements(of: node) {
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            append(element)
        }
        bytes.append(UInt8(ascii: "]"))
    }

    private mutating func append(object node: JSONNode) {
        bytes.append(UInt8(ascii: "{"))
        var isFirst = true
        for member in document.distinctMembers(of: node) {
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            append(string: member.name)
            bytes.append(UInt8(ascii: ":"))
            append(member.value)
        }
        bytes.append(UInt8(ascii: "}"))
    }
}

extension JSONDocument {
    /// The members of an object as Python's `dict` keeps them: of two with the same name the last
    /// value, in the first one's place.
    package func distinctMembers(of object: JSONNode) -> [(name: JSONNode, value: JSONNode)] {
        let all = Array(members(of: object))
        // Comparing each with each is cheapest for the objects that occur; a large one is hashed,
        // so that no text costs more than its length.
        return all.count <= 16 ? pairwiseDistinct(all) : hashedDistinct(all)
    }

    private func pairwiseDistinct(
        _ all: [(name: JSONNode, value: JSONNode)]
    ) -> [(name: JSONNode, value: JSONNode)] {
        var result: [(name: JSONNode, value: JSONNode)] = []
        result.reserveCapacity(all.count)
        for member in all {
            if let known = result.firstIndex(where: { isSame($0.name, member.name) }) {
                result[known].value = member.value
            } else {
                result.append(member)
            }
        }
        return result
    }

    private func hashedDistinct(
        _ all: [(name: JSONNode, value: JSONNode)]
    ) -> [(name: JSONNode, value: JSONNode)] {
        var result: [(name: JSONNode, value: JSONNode)] = []
        var places: [ExactText: Int] = [:]
        for member in all {
            let name = ExactText(text(of: member.name))
            if let known = places[name] {
                result[known].value = member.value
            } else {
                places[name] = result.count
                result.append(member)
            }
        }
        return result
    }

    private func isSame(_ left: JSONNode, _ right: JSONNode) -> Bool {
        self[left].length == self[right].length
            && stringBytes(of: left).elementsEqual(stringBytes(of: right))
    }
}

extension [UInt8] {
    mutating func append(_ text: StaticString) {
        append(
            contentsOf: UnsafeBufferPointer(
                start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// One byte of a string, escaped where JSON demands it, in the short forms that Python writes.
    mutating func append(escaped byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): append("\\\"")
        case UInt8(ascii: "\\"): append("\\\\")
        case 0x08: append("\\b")
        case 0x09: append("\\t")
        case 0x0A: append("\\n")
        case 0x0C: append("\\f")
        case 0x0D: append("\\r")
        case 0..<0x20: append(codeUnit: UInt16(byte))
        default: append(byte)
        }
    }

    /// `\u` and four digits in lower case.
    mutating func append(codeUnit: UInt16) {
        append("\\u")
        for shift: UInt16 in [12, 8, 4, 0] {
            let digit = UInt8(truncatingIfNeeded: codeUnit >> shift & 0xF)
            append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        }
    }
}

extension JSONText {
    /// A text as a JSON string.
    package static func string(_ text: String) -> JSONText {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count + 2)
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 { bytes.append(escaped: byte) }
        bytes.append(UInt8(ascii: "\""))
        return JSONText(canonical: String(decoding: bytes, as: UTF8.self))
    }
}
