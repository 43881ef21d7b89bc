/// The keys with which publishers sign, each with whom it stands for.
package struct SigningKeys: CredentialEntries {
    struct Key: Sendable {
        let id: String
        let secret: [UInt8]
        let identity: Identity
    }

    private let keys: [Key]

    /// - Parameter files: one, a list of entries.
    package init(_ files: [CredentialFile]) throws(CredentialFileError) {
        var keys: [Key] = []
        for entry in try YAMLFile.entries(files[0]) {
            let key = try Self.read(entry)
            if keys.contains(where: { $0.id == key.id }) {
                throw CredentialFileError(
                    entry.path, line: entry.line, "the id \(key.id) stands here twice")
            }
            keys.append(key)
        }
        self.keys = keys
    }

    package var isEmpty: Bool { keys.isEmpty }

    /// Those that may have signed; nil where they are too many to try and no id tells which.
    func candidates(id: String?) -> [Key]? {
        if let id { return keys.filter { $0.id == id } }
        return keys.count <= Self.mostToTry ? keys : nil
    }

    /// Each of them costs a pass over the body, whoever sends it.
    private static let mostToTry = 8
    /// In bytes. What is shorter can be guessed.
    private static let shortest = 16

    private static func read(_ entry: YAMLEntry) throws(CredentialFileError) -> Key {
        var entry = entry
        func wrong(_ problem: String) -> CredentialFileError {
            CredentialFileError(entry.path, line: entry.line, problem)
        }
        guard let id = try entry.text("id") else { throw wrong("an id is missing") }
        guard let secret = try entry.text("secret") else { throw wrong("a secret is missing") }
        let bytes = Array(secret.utf8)
        guard bytes.count >= shortest else {
            throw wrong("the secret of \(id) is shorter than \(shortest) bytes")
        }
        let mapped = try MappedIdentity(&entry, label: id)
        try entry.requireNothingElse(known: ["id", "secret"] + MappedIdentity.keys)
        return Key(id: id, secret: bytes, identity: mapped.identity)
    }
}
