import SQL

/// Says what can be done about a connection that could not be made.
struct ConnectFailure {
    private let options: MySQLOptions
    private let host: MySQLHost

    init(_ options: MySQLOptions, _ host: MySQLHost) {
        self.options = options
        self.host = host
    }

    func error(_ error: SQLError) -> SQLError {
        let place = options.socket ?? host.description
        return SQLError(
            kind: error.kind == .other || error.kind == .misuse ? .unavailable : error.kind,
            code: error.code, state: error.state,
            message: "\(place): \(advice(error).map { $0 + ": " } ?? "")\(error.message)")
    }

    private func advice(_ error: SQLError) -> String? {
        switch error.code {
        case 1044, 1045, 1698:
            "the server does not let the user \(options.user) in; check user and password, and "
                + "whether it wants tls=required or a client certificate"
        case 1049: "the server has no database \(options.database); create it first"
        case 1129: "the server has blocked this machine after failures; run FLUSH HOSTS there"
        case 2026: adviceAboutTLS(error.message)
        default: nil
        }
    }

    /// The client's library does not say which one it means.
    private var files: String {
        let named = [("ca", options.ca), ("cert", options.certificate), ("key", options.key)]
        return named.compactMap { name, path in path.map { "\(name)=\($0)" } }
            .joined(separator: ", ")
    }

    private func adviceAboutTLS(_ message: String) -> String {
        let text = message.lowercased()
        if text.contains("expired") {
            return "the server's certificate has expired; renew it"
        }
        if text.contains("not yet valid") {
            return "the server's certificate is not valid yet; check the clocks"
        }
        if text.contains("does not support") {
            return "the server offers no TLS; set it up there, or write tls=off"
        }
        if text.contains("no such file") || text.contains("permission denied") {
            return "a file cannot be read: \(files)"
        }
        if text.contains("mismatch") {
            return "cert and key do not belong together"
        }
        if text.contains("hostname") || text.contains("host name") || text.contains("validation of")
        {
            return "the server's certificate is not made out to \(host.name); name the host as the "
                + "certificate does, or write tls=verify_ca"
        }
        if text.contains("issuer") || text.contains("self") || text.contains("verify failed") {
            return "nobody we trust has signed the server's certificate; name the right file in ca="
        }
        return "the TLS link could not be made; check tls, ca, cert and key"
    }
}
