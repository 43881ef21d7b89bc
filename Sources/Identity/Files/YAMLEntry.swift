internal import Yams

/// A mapping in a YAML file, read key by key; what nobody asks for is a mistake.
struct YAMLEntry {
    let path: String
    let line: Int
    private var nodes: [String: Node] = [:]

    fileprivate init(_ node: Node, path: String) throws(CredentialFileError) {
        self.path = path
        line = node.mark?.line ?? 1
        guard let mapping = node.mapping else {
            throw CredentialFileError(path, line: line, "keys with their values are expected here")
        }
        for (key, value) in mapping {
            guard let name = key.scalar?.string else {
                throw CredentialFileError(path, line: key.mark?.line, "this key is no text")
            }
            nodes[name] = value
        }
    }

    /// Takes the text of a key; nil where it is not there or empty.
    mutating func text(_ key: String) throws(CredentialFileError) -> String? {
        guard let node = nodes.removeValue(forKey: key) else { return nil }
        return try text(of: node, key)
    }

    /// Takes a list of texts; one text counts as a list of one.
    mutating func texts(_ key: String) throws(CredentialFileError) -> [String] {
        guard let node = nodes.removeValue(forKey: key) else { return [] }
        guard let sequence = node.sequence else {
            return try [text(of: node, key)].compactMap(\.self)
        }
        var texts: [String] = []
        for item in sequence {
            if let text = try text(of: item, key) { texts.append(text) }
        }
        return texts
    }

    private func text(of node: Node, _ key: String) throws(CredentialFileError) -> String? {
        guard let scalar = node.scalar else {
            throw CredentialFileError(path, line: node.mark?.line ?? line, "\(key) must be a text")
        }
        // Whatever YAML makes of `0123` or `yes`: here it is what stands there.
        let isNothing = scalar.style == .plain && ["~", "null"].contains(scalar.string)
        return scalar.string.isEmpty || isNothing ? nil : scalar.string
    }

    /// - Parameter known: the keys there are, for the message.
    func requireNothingElse(known: [String]) throws(CredentialFileError) {
        guard let name = nodes.keys.sorted().first else { return }
        throw CredentialFileError(
            path, line: nodes[name]?.mark?.line ?? line,
            "\(name) is no key of an entry; there are \(known.joined(separator: ", "))")
    }
}

/// The two shapes of our YAML files.
enum YAMLFile {
    /// Names with an entry each; empty where the file says nothing.
    static func namedEntries(
        _ file: CredentialFile
    ) throws(CredentialFileError) -> [(name: String, entry: YAMLEntry)] {
        guard let root = try root(of: file) else { return [] }
        guard let mapping = root.mapping else {
            throw CredentialFileError(
                file.path, line: root.mark?.line, "names with an entry each are expected")
        }
        var entries: [(name: String, entry: YAMLEntry)] = []
        for (key, value) in mapping {
            guard let name = key.scalar?.string, !name.isEmpty else {
                throw CredentialFileError(file.path, line: key.mark?.line, "this name is no text")
            }
            entries.append((name, try YAMLEntry(value, path: file.path)))
        }
        return entries
    }

    /// A list of entries; empty where the file says nothing.
    static func entries(_ file: CredentialFile) throws(CredentialFileError) -> [YAMLEntry] {
        guard let root = try root(of: file) else { return [] }
        guard let sequence = root.sequence else {
            throw CredentialFileError(
                file.path, line: root.mark?.line, "a list of entries is expected (`- key: value`)")
        }
        var entries: [YAMLEntry] = []
        for node in sequence { entries.append(try YAMLEntry(node, path: file.path)) }
        return entries
    }

    private static func root(of file: CredentialFile) throws(CredentialFileError) -> Node? {
        do {
            let node = try compose(yaml: file.text)
            return node?.scalar?.string.isEmpty == true ? nil : node
        } catch {
            throw failure(error, file.path)
        }
    }

    /// In the parser's words, but without the line it quotes: that may hold a secret.
    private static func failure(_ error: any Error, _ path: String) -> CredentialFileError {
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            CredentialFileError(path, line: mark.line, "this is not valid YAML: \(problem)")
        case .duplicatedKeysInMapping(_, let context):
            CredentialFileError(path, line: context.mark.line, "a key stands here twice")
        default: CredentialFileError(path, "this is not valid YAML")
        }
    }
}
