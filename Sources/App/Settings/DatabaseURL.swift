package import MySQL
package import PostgreSQL
import SQL
import Values

/// Which engine holds the events, and where.
package enum DatabaseURL: Sendable, Equatable {
    /// The path of the file: absolute, or relative to the working directory.
    case sqlite(path: String, SQLiteSynchronous)
    case postgresql(PostgreSQLOptions)
    case mysql(MySQLOptions)

    static let schemes = ["sqlite", "postgresql", "mysql"]

    /// - Parameter text: `sqlite:///absolute/path` or `sqlite:relative/path`, with
    ///   `?synchronous=full` or `?synchronous=normal` behind it or nothing; or a server's URL, see
    ///   `PostgreSQLOptions` and `MySQLOptions`.
    package init(_ text: String) throws(DatabaseURLError) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { throw .unknownScheme }
        switch parts[0] {
        case "sqlite": self = try Self.sqlite(parts[1])
        case "postgresql", "postgres":
            self = .postgresql(
                try Self.server(text) { url throws(SQLError) in
                    try PostgreSQLOptions(url: url)
                })
        case "mysql", "mariadb":
            self = .mysql(
                try Self.server("mysql:\(parts[1])") { url throws(SQLError) in
                    try MySQLOptions(url: url)
                })
        default: throw .unknownScheme
        }
    }

    /// The server's URL with what other settings say of it; SQLite has no use for them.
    ///
    /// Nil leaves what the URL says.
    func with(password: Secret?, connectTimeout: Duration?) -> DatabaseURL {
        switch self {
        case .sqlite: return self
        case .postgresql(var options):
            options.password = password ?? options.password
            options.connectTimeout = connectTimeout ?? options.connectTimeout
            return .postgresql(options)
        case .mysql(var options):
            options.password = password ?? options.password
            options.connectTimeout = connectTimeout ?? options.connectTimeout
            return .mysql(options)
        }
    }

    private static func server<Options>(
        _ text: String, _ read: (String) throws(SQLError) -> Options
    ) throws(DatabaseURLError) -> Options {
        do throws(SQLError) {
            return try read(text)
        } catch {
            throw .server(reason: error.message)
        }
    }

    private static func sqlite(_ text: Substring) throws(DatabaseURLError) -> DatabaseURL {
        let halves = text.split(
            separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let synchronous = try Self.synchronous(halves.count == 2 ? halves[1] : nil)
        var path = halves[0]
        if path.hasPrefix("//") {
            guard path.hasPrefix("///") else { throw .hostInURL }
            // What is left begins with one slash, however many there were.
            path = path.drop { $0 == "/" }
            return .sqlite(path: "/" + (try Self.decoded(path)), synchronous)
        }
        return .sqlite(path: try Self.decoded(path), synchronous)
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

    /// The text with stars for what stands before an `@` and for the value of every parameter that is
    /// called a password, also where the URL is not valid.
    package static func withoutCredentials(_ text: String) -> String {
        let stars = Secret("").description
        var pieces = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
            .map(String.init)
        if pieces.count == 2 {
            let parameters = pieces[1].split(separator: "&", omittingEmptySubsequences: false)
            pieces[1] = parameters.map { parameter in
                guard let sign = parameter.firstIndex(of: "="),
                    parameter[..<sign].lowercased().contains("pass")
                else { return String(parameter) }
                return parameter[...sign] + stars
            }.joined(separator: "&")
        }
        let shown = pieces.joined(separator: "?")
        guard let end = shown.lastIndex(of: "@") else { return shown }
        let scheme = shown.firstRange(of: "://").map { shown[..<$0.upperBound] } ?? ""
        return scheme + stars + shown[end...]
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
    /// A sentence for the operator, without any part of the URL that may be secret.
    case server(reason: String)
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
            allowed: "sqlite:///absolute/path, sqlite:relative/path, postgresql://user@host/name "
                + "or mysql://user@host/name (drivers: \(drivers))",
            shown: { DatabaseURL.withoutCredentials($0) },
            objection: { text in
                do throws(DatabaseURLError) {
                    _ = try DatabaseURL(text)
                    return nil
                } catch {
                    // The others have the same answer: the sentence above.
                    if case .server(let reason) = error { return reason }
                    return nil
                }
            }
        ) { text in
            try? DatabaseURL(text)
        }
    }
}
