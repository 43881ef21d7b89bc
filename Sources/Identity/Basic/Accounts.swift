internal import Passwords

/// Who may log in with a password: what the password file and the user file say together.
package struct Accounts: CredentialEntries {
    struct Account: Sendable {
        /// Each of them is good: while a password is changed there are two.
        let passwords: [PasswordHash]
        let identity: Identity
    }

    private let accounts: [String: Account]
    /// As many hashes as the user with most of them has, of the highest cost.
    private let decoys: [PasswordHash]

    /// - Parameter files: the password file, then the user file.
    package init(_ files: [CredentialFile]) throws(CredentialFileError) {
        let (passwordFile, userFile) = (files[0], files[1])
        let passwords = try PasswordFile(passwordFile)
        let identities = try Self.identities(userFile)
        var accounts: [String: Account] = [:]
        for (user, hashes) in passwords.hashes {
            guard let identity = identities[user] else {
                throw CredentialFileError(
                    passwordFile.path, line: passwords.lines[user],
                    "user \(user) has no entry in \(userFile.path)")
            }
            accounts[user] = Account(passwords: hashes, identity: identity)
        }
        self.accounts = accounts
        let cost = passwords.hashes.values.joined().map(\.cost).max() ?? Self.usualCost
        let count = passwords.hashes.values.map(\.count).max() ?? 1
        decoys = Array(repeating: .decoy(cost: cost), count: count)
    }

    package var isEmpty: Bool { accounts.isEmpty }

    subscript(user: String) -> Account? { accounts[user] }

    /// What to check beside a user's own hashes, so that a failure takes the same time for everybody.
    func decoys(beside account: Account?) -> [PasswordHash] {
        Array(decoys.dropFirst(account?.passwords.count ?? 0))
    }

    /// htpasswd's own choice is 5; what is typed by hand is mostly 10.
    private static let usualCost = 10

    private static func identities(
        _ file: CredentialFile
    ) throws(CredentialFileError) -> [String: Identity] {
        var identities: [String: Identity] = [:]
        for (name, entry) in try YAMLFile.namedEntries(file) {
            var entry = entry
            identities[name] = try MappedIdentity(&entry, label: name).identity
            try entry.requireNothingElse(known: MappedIdentity.keys)
        }
        return identities
    }
}
