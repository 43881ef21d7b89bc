internal import HTTP

/// Which client certificate stands for whom.
package struct CertificateUsers: CredentialEntries {
    private struct Entry {
        let subject: String?
        let names: [CertificateName]
        let identity: Identity
        let line: Int
    }

    /// In the order of the file; the first that fits counts.
    private let entries: [Entry]
    /// Places in `entries` by one of the names that each demands, so that a long file costs nothing.
    private let bySubject: [String: [Int]]
    private let byName: [CertificateName: [Int]]

    /// - Parameter files: one, a list of entries.
    package init(_ files: [CredentialFile]) throws(CredentialFileError) {
        var entries: [Entry] = []
        var bySubject: [String: [Int]] = [:]
        var byName: [CertificateName: [Int]] = [:]
        for entry in try YAMLFile.entries(files[0]) {
            let entry = try Self.read(entry)
            let twin = entries.first { $0.subject == entry.subject && $0.names == entry.names }
            if let twin {
                throw CredentialFileError(
                    files[0].path, line: entry.line,
                    "the entry in line \(twin.line) names the same certificates")
            }
            if let subject = entry.subject {
                bySubject[subject, default: []].append(entries.count)
            } else {
                byName[entry.names[0], default: []].append(entries.count)
            }
            entries.append(entry)
        }
        self.entries = entries
        self.bySubject = bySubject
        self.byName = byName
    }

    package var isEmpty: Bool { entries.isEmpty }

    /// - Returns: nil where no entry fits, or the certificate was not verified.
    func identity(of peer: Peer) -> Identity? {
        guard let subject = peer.certificateSubject else { return nil }
        let names = peer.certificateNames.map(Self.comparable)
        let places = bySubject[subject, default: []] + names.flatMap { byName[$0, default: []] }
        let fitting = places.filter { entries[$0].names.allSatisfy(names.contains) }
        return fitting.min().map { entries[$0].identity }
    }

    private static let keys = ["subject"] + CertificateName.Kind.allCases.map(\.rawValue)

    private static func read(_ entry: YAMLEntry) throws(CredentialFileError) -> Entry {
        var entry = entry
        let subject = try entry.text("subject")
        var names: [CertificateName] = []
        for kind in CertificateName.Kind.allCases {
            if let value = try entry.text(kind.rawValue) {
                names.append(comparable(CertificateName(kind, value)))
            }
        }
        guard let label = subject ?? names.first?.value else {
            throw CredentialFileError(
                entry.path, line: entry.line,
                "one of \(keys.joined(separator: ", ")) must say which certificate is meant")
        }
        let mapped = try MappedIdentity(&entry, label: label)
        try entry.requireNothingElse(known: keys + MappedIdentity.keys)
        return Entry(
            subject: subject, names: names, identity: mapped.identity, line: entry.line)
    }

    /// The names of hosts do not know case (RFC 4343).
    private static func comparable(_ name: CertificateName) -> CertificateName {
        name.kind == .dns ? CertificateName(.dns, name.value.lowercased()) : name
    }
}
