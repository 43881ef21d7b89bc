import Values

/// Which engine holds the events, and where.
package enum DatabaseURL: Sendable, Hashable {
    /// The path of the file: absolute, or relative to the working directory.
    case sqlite(path: String, SQLiteSynchronous)

    static let schemes = ["sqlite"]

    /// - Parameter text: `sqlite:///absolute/path` or `sqlite:relative/path`, with
    ///   `?synchronous=full` or `?synchronous=normal` behind it or nothing.
    package init(_ text: String) throws(DatabaseURLError) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, Self.schemes.contains(String(parts[0])) else {
            throw .unknownScheme
        }
        let halves = parts[1].split(
            separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let synchronous = try Self.synchronous(halves.count == 2 ? halves[1] : nil)
        var path = halves[0]
        if path.hasPrefix("//") {
            guard path.hasPrefix("///") else { throw .hostInURL }
            // What is left begins with one slash, however many there were.
            path = path.drop { $0 == "/" }
            self = .sqlite(path: "/" + (try Self.decoded(path)), synchronous)
        } else {
            self = .sqlite(path: try Self.decoded(path), synchronous)
        }
    }

    private static func synchronous(
        _ option: Substring?
    ) throws(DatabaseURLError) -> SQLiteSynchronous {
        guard let option else { return .full }
        let parts = option.split(separator: "=", maxSplits: 1)
        guard parts.count == 2, parts[0] == "synchronous",
            let value = SQLiteSynchronous(rawValue: String(parts[1]))
        else { throw .badOption }
        return value
    }

    /// The text with stars for what stands before an `@`, also where the URL is not valid.
    package static func withoutCredentials(_ text: String) -> String {
        guard let end = text.lastIndex(of: "@") else { return text }
        let scheme = text.firstRange(of: "://").map { text[..<$0.upperBound] } ?? ""
        return scheme + Secret("").description + text[end...]
    }

    /// Undoes `%41`; a path is never empty, never a directory and holds no NUL.
    private static func decoded(_ text: Substring) throws(DatabaseURLError) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = String(rest.prefix(2)) ?? ""
            guard digits.count == 2, let code = UInt8(digits, radix: 16) else { throw .badPath }
            bytes.append(code)
            rest = rest.dropFirst(2)
        }
        let path = String(decoding: bytes, as: UTF8.self)
        let isPlain = !path.contains { $0 == "\0" || $0 == "#" }
        guard !path.isEmpty, !path.hasSuffix("/"), isPlain else { throw .badPath }
        return path
    }
}

package enum DatabaseURLError: Error, Sendable {
    case unknownScheme
    case hostInURL
    case badPath
    case badOption
}

/// When SQLite brings a commit to the disk.
package enum SQLiteSynchronous: String, Sendable, CaseIterable {
    /// Before it is acknowledged.
    case full
    /// Later: a power loss takes acknowledged events with it.
    case normal
}

extension SettingKind where Value == DatabaseURL {
    static var databaseURL: Self {
        let drivers = DatabaseURL.schemes.joined(separator: ", ")
        return Self(
            allowed: "sqlite:///absolute/path or sqlite:relative/path (drivers: \(drivers))",
            shown: { DatabaseURL.withoutCredentials($0) }
        ) { text in
            // Every error has the same answer: the sentence above.
            try? DatabaseURL(text)
        }
    }
}
