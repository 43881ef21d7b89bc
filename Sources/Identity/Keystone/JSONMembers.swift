internal import JSON

/// Members by name. Documents of Keystone are small, so they are looked through.
extension JSONDocument {
    /// Nil where `object` is none or has no such member; of several with one name the last counts.
    func member(_ name: StaticString, of object: JSONNode) -> JSONNode? {
        guard kind(of: object) == .object else { return nil }
        var found: JSONNode?
        for member in members(of: object) where isText(member.name, name) { found = member.value }
        return found
    }

    func string(_ name: StaticString, of object: JSONNode) -> String? {
        guard let node = member(name, of: object), kind(of: node) == .string else { return nil }
        return text(of: node)
    }

    func flag(_ name: StaticString, of object: JSONNode) -> Bool? {
        guard let node = member(name, of: object), kind(of: node) == .boolean else { return nil }
        return boolean(of: node)
    }

    /// Empty where the node is no array.
    func array(_ node: JSONNode) -> [JSONNode] {
        kind(of: node) == .array ? Array(elements(of: node)) : []
    }
}
