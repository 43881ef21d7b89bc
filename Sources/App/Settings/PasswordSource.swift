import Foundation
import Values

/// The password for a server, from wherever the operator keeps it.
enum PasswordSource {
    /// - Parameters:
    ///   - given: the password itself.
    ///   - file: a file whose first line is the password.
    ///   - setting: the key of the password itself; that of the file has `_file` behind it.
    /// - Returns: nil where neither is given.
    static func password(
        _ given: Secret?, file: String?, of setting: String = DatabaseSettings.password.key
    ) throws(SettingsError) -> Secret? {
        guard let file else { return given }
        if given != nil {
            throw SettingsError([
                "\(setting) and \(setting)_file are both set; keep one of them."
            ])
        }
        let text: String
        do {
            text = try String(contentsOfFile: file, encoding: .utf8)
        } catch {
            throw SettingsError([
                "\(setting)_file: \(file) cannot be read: \(error.localizedDescription)"
            ])
        }
        let line = text.prefix { !$0.isNewline }
        if line.isEmpty {
            throw SettingsError(["\(setting)_file: the first line of \(file) is empty."])
        }
        return Secret(String(line))
    }
}
