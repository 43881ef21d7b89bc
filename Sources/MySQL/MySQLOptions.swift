package import SQL
package import Values

/// Where a MySQL or MariaDB server is and how it is spoken to.
package struct MySQLOptions: Sendable, Equatable {
    /// Tried in this order; never empty. Unused where `socket` is set.
    package var hosts: [MySQLHost]
    package var user: String
    /// Replaces the one of the URL.
    package var password: Secret?
    package var database: String
    /// A socket of this machine, instead of a host.
    package var socket: String?
    /// Nil decides by the host: see `encryption(to:)`.
    package var tls: TLSMode?
    /// File of certificates that may sign the server's; nil for those the system trusts.
    package var ca: String?
    /// File of the client's own certificate, for servers that ask for one.
    package var certificate: String?
    package var key: String?
    /// For one host; the next one is tried after it.
    package var connectTimeout: Duration = .seconds(5)

    /// How much of TLS is asked for.
    package enum TLSMode: String, Sendable, CaseIterable {
        case off
        /// Encrypted, whoever the server is.
        case required
        /// And signed by somebody we trust.
        case verifyCA = "verify_ca"
        /// And made out to the name in the URL.
        case verifyIdentity = "verify_identity"
    }

    /// - Parameter url: `mysql://user:password@host1,host2:3306/name?tls=verify_identity&ca=...`; see
    ///   `MySQLURL` for its parts.
    /// - Throws: `.misuse`; the message is a sentence that says what to write instead. It never
    ///   holds the password.
    package init(url: String) throws(SQLError) {
        let parts = try MySQLURL(url)
        hosts = parts.hosts
        user = parts.user
        password = parts.password
        database = parts.database
        try apply(parts.parameters)
        if hosts.isEmpty { hosts = [MySQLHost(name: "127.0.0.1")] }
    }

    /// Where the data is, for people; holds no secret.
    package var location: String {
        socket.map { "\($0)/\(database)" }
            ?? hosts.map(\.description).joined(separator: ",") + "/" + database
    }

    /// What is asked of the link to a host: the setting, else TLS for every other machine, and none
    /// where nothing leaves this one.
    func encryption(to host: MySQLHost) -> TLSMode {
        tls ?? (socket != nil || host.isLoopback ? .off : .required)
    }

    private mutating func apply(_ parameters: [(name: String, value: String)]) throws(SQLError) {
        for (name, value) in parameters {
            switch name {
            case "tls": tls = try Self.mode(value)
            case "ca": ca = value
            case "cert": certificate = value
            case "key": key = value
            case "socket": socket = value
            default:
                throw .badURL(
                    "it has a parameter \(name.debugDescription) that means nothing here; write "
                        + "tls, ca, cert, key or socket")
            }
        }
        if (certificate == nil) != (key == nil) {
            throw .badURL("a client certificate needs its key: write both cert=FILE and key=FILE")
        }
        if ca != nil, tls == nil { tls = .verifyIdentity }
        if hosts.isEmpty, socket == nil {
            throw .badURL("it names no host; write mysql://user@host/name, or socket=/path")
        }
    }

    private static func mode(_ word: String) throws(SQLError) -> TLSMode {
        guard let mode = TLSMode(rawValue: word) else {
            throw .badURL(
                "tls=\(word) is none of "
                    + TLSMode.allCases.map(\.rawValue).joined(separator: ", "))
        }
        return mode
    }
}

/// One server's address.
package struct MySQLHost: Sendable, Hashable, CustomStringConvertible {
    package var name: String
    package var port: UInt16

    package init(name: String, port: UInt16 = 3306) {
        self.name = name
        self.port = port
    }

    /// Nothing sent to it leaves this machine.
    var isLoopback: Bool {
        name == "localhost" || name == "::1" || name.hasPrefix("127.")
    }

    package var description: String {
        name.contains(":") ? "[\(name)]:\(port)" : "\(name):\(port)"
    }
}

extension SQLError {
    static func badURL(_ reason: String) -> SQLError {
        SQLError(
            kind: .misuse, code: 0, message: "The URL of the MySQL database is wrong: \(reason).")
    }
}
