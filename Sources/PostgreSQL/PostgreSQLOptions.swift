import CLibPQ
package import SQL
package import Values

/// Where a PostgreSQL server is and how it is spoken to: a URL in libpq's own form.
///
/// `postgresql://user:password@host1,host2:5432/name?sslmode=verify-full&sslrootcert=/etc/ca.pem`,
/// with every parameter of libpq, service files (`postgresql:///?service=annals`) and sockets
/// (`postgresql:///name?host=/run/postgresql`).
///
/// - Source: PostgreSQL 15, "Database Connection Control Functions".
package struct PostgreSQLOptions: Sendable, Equatable {
    /// What the URL says, by libpq's keyword; the password is not in it.
    private var parameters: [String: String]
    /// Replaces the URL's.
    package var password: Secret?
    /// How long each host has to let us in; whole seconds, at least 2. The URL's `connect_timeout`
    /// where it has one.
    package var connectTimeout: Duration = .seconds(5)
    /// False behind a pooler that hands the session to somebody else after each transaction:
    /// statements are then parsed anew each time.
    package var usesPreparedStatements = true

    /// - Throws: `.misuse` with a sentence for the operator, which never shows the URL: it may hold
    ///   a password.
    package init(url: String) throws(SQLError) {
        guard url.hasPrefix("postgresql://") || url.hasPrefix("postgres://") else {
            throw Self.refusal("it does not begin with postgresql://")
        }
        parameters = try Self.parse(url)
        password = parameters.removeValue(forKey: "password").map { Secret($0) }
        if let text = parameters.removeValue(forKey: "connect_timeout") {
            guard let seconds = Int(text), (1...3600).contains(seconds) else {
                throw Self.refusal("connect_timeout is not a number of seconds from 1 to 3600")
            }
            connectTimeout = .seconds(seconds)
        }
    }

    /// Scheme, user, hosts and database: for logs and `/status`.
    package var location: String {
        let user = parameters["user"].map { $0 + "@" } ?? ""
        let name = parameters["dbname"].map { "/" + $0 } ?? ""
        let service = parameters["service"].map { "?service=" + $0 } ?? ""
        return "postgresql://" + user + hosts.joined(separator: ",") + name + service
    }

    /// False where the URL asks for a server that only reads.
    var wantsWrites: Bool {
        !["read-only", "standby", "prefer-standby"]
            .contains(parameters["target_session_attrs"] ?? "")
    }

    /// What libpq is given.
    var keywords: [(name: String, value: String)] {
        var all = parameters
        all["client_encoding"] = "UTF8"
        if let password { all["password"] = password.reveal() }
        all["connect_timeout"] = String(max(2, connectTimeout.components.seconds))
        if all["application_name"] == nil { all["application_name"] = "annals" }
        if all["target_session_attrs"] == nil, hosts.count > 1 {
            all["target_session_attrs"] = "read-write"
        }
        return all.map { ($0.key, $0.value) }
    }

    /// Each with its port, where one is given.
    private var hosts: [String] {
        let names = Self.list(parameters["host"] ?? parameters["hostaddr"] ?? "")
        let ports = Self.list(parameters["port"] ?? "")
        return names.enumerated().map { index, name in
            // One port is everybody's.
            let port = ports.count == 1 ? ports[0] : index < ports.count ? ports[index] : ""
            let shown = name.contains(":") ? "[\(name)]" : name
            return port.isEmpty ? shown : "\(shown):\(port)"
        }
    }

    private static func list(_ text: String) -> [String] {
        text.isEmpty
            ? [] : text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
}

extension PostgreSQLOptions {
    private static func parse(_ url: String) throws(SQLError) -> [String: String] {
        var failure: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(url, &failure) else {
            defer { PQfreemem(failure) }
            throw refusal(reason(failure.map { String(cString: $0) } ?? ""))
        }
        defer { PQconninfoFree(options) }
        var parameters: [String: String] = [:]
        var place = options
        while let keyword = place.pointee.keyword {
            if let value = place.pointee.val {
                parameters[String(cString: keyword)] = String(cString: value)
            }
            place += 1
        }
        return parameters
    }

    /// libpq quotes the part it stumbled over, which may be a password: only the name of a parameter
    /// and single characters are passed on.
    private static func reason(_ message: String) -> String {
        let pieces = message.split(separator: "\"", omittingEmptySubsequences: false)
        if message.hasPrefix("invalid URI query parameter"), pieces.count > 1 {
            return "libpq has no parameter named \(pieces[1])"
        }
        let shown = pieces.enumerated().map { index, piece in
            index.isMultiple(of: 2) ? String(piece) : piece.count == 1 ? "\"\(piece)\"" : ""
        }
        let text = trimmed(shown.joined())
        return text.isEmpty ? "it cannot be read" : text
    }

    private static func trimmed(_ text: String) -> String {
        var text = Substring(text)
        while let last = text.last, last == ":" || last == " " || last == "\n" { text.removeLast() }
        return String(text)
    }

    private static func refusal(_ reason: String) -> SQLError {
        SQLError(
            kind: .misuse, code: 0,
            message: "The database URL is not valid: \(reason). Write "
                + "postgresql://user:password@host:5432/name?sslmode=verify-full, with each "
                + "special character of the password as % and two digits.")
    }
}
