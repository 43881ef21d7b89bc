internal import CSimdJSON

/// What a node holds. Nothing here allocates but `text` and `literal`.
extension JSONDocument {
    package func kind(of node: JSONNode) -> JSONKind {
        JSONKind(rawValue: self[node].kind) ?? .null
    }

    /// The text of a string, exact; half a surrogate pair has become U+FFFD.
    package func text(of node: JSONNode) -> String {
        String(decoding: stringBytes(of: node), as: UTF8.self)
    }

    /// True where a string has exactly these bytes.
    package func isText(_ node: JSONNode, _ wanted: StaticString) -> Bool {
        let found = self[node]
        return Int(found.length) == wanted.utf8CodeUnitCount
            && UInt32(found.kind) == ANNALS_JSON_STRING.rawValue
            && UnsafeBufferPointer(start: wanted.utf8Start, count: wanted.utf8CodeUnitCount)
                .elementsEqual(stringBytes(of: node))
    }

    /// A number that orders strings as their bytes do, but for those that share eight bytes.
    package func sortKey(of string: JSONNode) -> UInt64 {
        let bytes = stringBytes(of: string)
        var key: UInt64 = 0
        for byte in bytes.prefix(8) { key = key << 8 | UInt64(byte) }
        return bytes.count < 8 ? key << (8 * UInt64(8 - bytes.count)) : key
    }

    /// The order of the bytes of two strings.
    package func precedes(_ left: JSONNode, _ right: JSONNode) -> Bool {
        stringBytes(of: left).lexicographicallyPrecedes(stringBytes(of: right))
    }

    /// Half of a surrogate pair stood in the string, or U+0000 does: rare, so this is asked first.
    package func needsMending(_ string: JSONNode) -> Bool {
        self[string].flags & UInt8(ANNALS_JSON_REPLACED | ANNALS_JSON_HOLDS_NUL) != 0
    }

    /// Half of a surrogate pair stood in the string.
    package func wasReplaced(_ node: JSONNode) -> Bool {
        UInt32(self[node].flags) & UInt32(ANNALS_JSON_REPLACED) != 0
    }

    package func holdsNUL(_ node: JSONNode) -> Bool {
        UInt32(self[node].flags) & UInt32(ANNALS_JSON_HOLDS_NUL) != 0
    }

    /// The value of an `.integer`.
    package func integer(of node: JSONNode) -> Int64 {
        self[node].integer
    }

    /// The value of a `.float` or `.bigInteger`, infinite where it is beyond a double; also that of
    /// an `.integer`, as near as a double comes.
    package func double(of node: JSONNode) -> Double {
        kind(of: node) == .integer ? Double(self[node].integer) : self[node].real
    }

    package func boolean(of node: JSONNode) -> Bool {
        self[node].integer != 0
    }

    /// The digits of a number as they were sent, also `NaN` and its like.
    package func literal(of node: JSONNode) -> String {
        let found = self[node]
        return String(
            decoding: UnsafeBufferPointer(
                start: source + Int(found.offset), count: Int(found.length)),
            as: UTF8.self)
    }

    /// Elements of an array, members of an object (one sent twice counts twice).
    package func count(of node: JSONNode) -> Int {
        Int(self[node].length)
    }

    package func elements(of array: JSONNode) -> JSONElements {
        JSONElements(nodes: nodes, in: array)
    }

    /// In the order sent, also those that a later one of the same name replaces.
    package func members(of object: JSONNode) -> JSONMembers {
        JSONMembers(nodes: nodes, in: object)
    }

    subscript(node: JSONNode) -> annals_json_node {
        nodes[Int(node.index)]
    }

    func stringBytes(of node: JSONNode) -> UnsafeBufferPointer<UInt8> {
        let found = self[node]
        let isUnescaped = UInt32(found.flags) & UInt32(ANNALS_JSON_UNESCAPED) != 0
        return UnsafeBufferPointer(
            start: (isUnescaped ? strings : source) + Int(found.offset), count: Int(found.length))
    }
}

package struct JSONElements: Sequence, IteratorProtocol {
    private let nodes: UnsafePointer<annals_json_node>
    private var index: UInt32
    private let end: UInt32

    /// Empty for a node that is no container.
    init(nodes: UnsafePointer<annals_json_node>, in container: JSONNode) {
        self.nodes = nodes
        index = container.index + 1
        end = nodes[Int(container.index)].next
    }

    package mutating func next() -> JSONNode? {
        guard index < end else { return nil }
        defer { index = nodes[Int(index)].next }
        return JSONNode(index: index)
    }
}

package struct JSONMembers: Sequence, IteratorProtocol {
    private var elements: JSONElements

    init(nodes: UnsafePointer<annals_json_node>, in object: JSONNode) {
        elements = JSONElements(nodes: nodes, in: object)
    }

    package mutating func next() -> (name: JSONNode, value: JSONNode)? {
        guard let name = elements.next(), let value = elements.next() else { return nil }
        return (name, value)
    }
}
