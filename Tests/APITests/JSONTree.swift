import JSON

/// A JSON value for comparison: member order does not count, digits do.
enum JSONTree: Hashable {
    case null
    case boolean(Bool)
    case number(String)
    case text(String)
    case array([JSONTree])
    case object([String: JSONTree])
    /// Not JSON at all.
    case invalid

    init(_ bytes: [UInt8]) {
        let tree = try? JSONDocument.read(bytes) { (document) throws(JSONError) in
            JSONTree(try document.value(), in: document)
        }
        self = tree ?? .invalid
    }

    init(_ text: String) {
        self.init(Array(text.utf8))
    }

    private init(_ node: JSONNode, in document: JSONDocument) {
        switch document.kind(of: node) {
        case .null: self = .null
        case .boolean: self = .boolean(document.boolean(of: node))
        case .integer, .bigInteger, .float, .nonFinite:
            self = .number(document.literal(of: node))
        case .string: self = .text(document.text(of: node))
        case .array: self = .array(document.elements(of: node).map { JSONTree($0, in: document) })
        case .object:
            self = .object(
                Dictionary(
                    document.distinctMembers(of: node).map {
                        (document.text(of: $0.name), JSONTree($0.value, in: document))
                    }, uniquingKeysWith: { $1 }))
        }
    }

    subscript(name: String) -> JSONTree? {
        if case .object(let members) = self { return members[name] }
        return nil
    }

    var elements: [JSONTree] {
        if case .array(let elements) = self { return elements }
        return []
    }

    var text: String? {
        if case .text(let text) = self { return text }
        return nil
    }

    var number: Int? {
        if case .number(let digits) = self { return Int(digits) }
        return nil
    }

    /// Traits of one name and different types have no order among themselves in Panko.
    var withTraitsInOrder: JSONTree {
        switch self {
        case .array(let elements): return .array(elements.map(\.withTraitsInOrder))
        case .object(var members):
            if case .array(let traits) = members["traits"] {
                members["traits"] = .array(traits.sorted { $0.traitKey < $1.traitKey })
            }
            return .object(members)
        default: return self
        }
    }

    private var traitKey: String {
        (self["name"]?.text ?? "") + "\u{0}" + (self["type"]?.text ?? "")
    }

    /// Every member of `other` is here, as deep as it goes.
    func includes(_ other: JSONTree) -> Bool {
        guard case .object(let mine) = self, case .object(let wanted) = other else {
            return self == other
        }
        return wanted.allSatisfy { mine[$0.key]?.includes($0.value) ?? false }
    }
}
