internal import Passwords

/// A file as `htpasswd -B` writes it: `user:hash` on a line. A user may have several lines, so that a
/// password can be changed while the old one is still in use.
///
/// - Source: Apache's htpasswd(1), and oslo.middleware's use of it, which takes bcrypt only.
struct PasswordFile {
    private(set) var hashes: [String: [PasswordHash]] = [:]
    /// Where each user stands first.
    private(set) var lines: [String: Int] = [:]

    init(_ file: CredentialFile) throws(CredentialFileError) {
        let lines = file.text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (index, line) in lines.enumerated() {
            let text = line.trimmingPrefix(while: \.isWhitespace)
            if text.isEmpty || text.hasPrefix("#") { continue }
            try read(text, number: index + 1, of: file)
        }
    }

    private mutating func read(
        _ text: Substring, number: Int, of file: CredentialFile
    ) throws(CredentialFileError) {
        func wrong(_ problem: String) -> CredentialFileError {
            CredentialFileError(file.path, line: number, problem)
        }
        guard let colon = text.firstIndex(of: ":"), colon > text.startIndex else {
            throw wrong("a user, a colon and a hash are expected")
        }
        let user = String(text[..<colon])
        var hash = text[text.index(after: colon)...]
        while hash.last?.isWhitespace == true { hash.removeLast() }
        do throws(PasswordHashError) {
            hashes[user, default: []].append(try PasswordHash(String(hash)))
        } catch {
            throw wrong("user \(user): \(error.message)")
        }
        if lines[user] == nil { lines[user] = number }
        if hashes[user]?.count ?? 0 > Self.mostPasswords {
            throw wrong("user \(user) has more than \(Self.mostPasswords) passwords")
        }
    }

    /// Each of them makes every wrong password cost more.
    private static let mostPasswords = 4
}
