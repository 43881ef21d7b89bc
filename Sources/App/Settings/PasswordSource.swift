import Foundation
import Values

/// The password for a server, from wherever the operator keeps it.
enum PasswordSource {
    /// - Parameters:
    ///   - given: the password itself.
    ///   - file: a file whose first line is the password.
    /// - Returns: nil where neither is given.
    static func password(_ given: Secret?, file: String?) throws(SettingsError) -> Secret? {
        guard let file else { return given }
        if given != nil {
            throw SettingsError([
                "database.password and database.password_file are both set; keep one of them."
            ])
        }
        let text: String
        do {
            text = try String(contentsOfFile: file, encoding: .utf8)
        } catch {
            throw SettingsError([
                "database.password_file: \(file) cannot be read: \(error.localizedDescription)"
            ])
        }
        let line = text.prefix { !$0.isNewline }
        if line.isEmpty {
            throw SettingsError(["database.password_file: the first line of \(file) is empty."])
        }
        return Secret(String(line))
    }
}
