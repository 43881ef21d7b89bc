import CLibPQ
import SQL

extension SQLError {
    /// The one place where a SQLSTATE becomes ours.
    ///
    /// - Source: PostgreSQL 15, appendix A, "PostgreSQL Error Codes".
    static func kind(ofState state: String) -> Kind {
        switch state {
        case "40001", "40P01": return .deadlock
        case "25006": return .notWritable
        case "53100", "53400": return .full
        case "53200", "53300": return .unavailable
        // Shutdown by the administrator, crash of another session, start-up still under way.
        case "57P01", "57P02", "57P03", "57P05": return .unavailable
        // Cancelled, but not by us: by the administrator, or by a statement_timeout of the server's.
        case "57014": return .timedOut
        case "55P03", "55006": return .busy
        case "42501": return .denied
        case "58030": return .inputOutput
        case "XX001", "XX002": return .corrupt
        case "3D000": return .cannotOpen
        default: break
        }
        return switch state.prefix(2) {
        case "08": .unavailable
        case "28": .denied
        case "23": .constraint
        case "22", "42", "26", "0A", "25", "34": .misuse
        default: .other
        }
    }

    /// - Parameter result: one that reports a failure.
    init(_ result: OpaquePointer?) {
        func field(_ code: Unicode.Scalar) -> String? {
            PQresultErrorField(result, Int32(code.value)).map { String(cString: $0) }
        }
        // PG_DIAG_SQLSTATE, PG_DIAG_MESSAGE_PRIMARY and PG_DIAG_MESSAGE_HINT, which are macros. The
        // detail is left out: it shows values.
        let state = field("C") ?? ""
        let text = field("M") ?? "the server gave no reason"
        let hint = field("H").map { "; \($0)" } ?? ""
        // A row that waited while its partition was made is refused by the one it was meant for; the
        // second time it finds its way. A CHECK of a table gives its name (PG_DIAG_CONSTRAINT_NAME).
        let isMisrouted = state == "23514" && field("n") == nil
        let kind = isMisrouted ? Kind.deadlock : Self.kind(ofState: state)
        self.init(
            kind: state.isEmpty ? .unavailable : kind, code: 0, state: state,
            message: "\(text)\(hint)" + (state.isEmpty ? "" : " (SQLSTATE \(state))"))
    }

    /// The link was lost while it was used.
    init(lostLink connection: OpaquePointer?) {
        let text = connection.flatMap { PQerrorMessage($0) }.map { String(cString: $0) } ?? ""
        self.init(
            kind: .unavailable, code: 0, state: "08006",
            message: "the link to PostgreSQL was lost: \(text.onOneLine)")
    }

    /// No link came about.
    ///
    /// - Parameter text: libpq's, which has no SQLSTATE: its words decide.
    init(refusedLink text: String) {
        let text = text.onOneLine
        let (kind, advice) = Self.refusal(text)
        self.init(kind: kind, code: 0, state: "08001", message: text + advice)
    }

    private static func refusal(_ text: String) -> (Kind, advice: String) {
        for (words, kind, advice) in refusals where words.contains(where: text.contains) {
            return (kind, advice)
        }
        return (.unavailable, "")
    }

    /// What libpq and OpenSSL write, what it means for us, and what the operator can do.
    private static let refusals: [(words: [String], kind: Kind, advice: String)] = [
        (
            ["the database system is", "too many clients", "remaining connection slots"],
            .unavailable, ""
        ),
        (
            ["session is read-only", "server is in hot standby", "is not in hot standby"],
            .notWritable, "; none of the servers in the database URL is of the kind it asks for"
        ),
        (
            ["certificate verify failed: certificate has expired", "certificate expired"], .denied,
            "; give the server (or the client) a certificate that is valid today"
        ),
        (
            ["certificate verify failed"], .denied,
            "; the server's certificate must be valid today, and signed by the CA that sslrootcert "
                + "in the database URL names"
        ),
        (
            ["does not match host name", "host name must be specified"], .denied,
            "; use the host name that stands in the server's certificate, or give the server a "
                + "certificate for this one"
        ),
        (
            ["does not support SSL", "root certificate file"], .denied,
            "; set up TLS on the server, or check sslmode and sslrootcert in the database URL"
        ),
        (
            ["private key file", "certificate file", "certificate present", "alert"], .denied,
            "; check sslcert and sslkey in the database URL, and their owner and mode"
        ),
        (
            ["authentication failed", "no password supplied", "no pg_hba.conf entry", "role \""],
            .denied, "; check user and password of the database URL and the server's pg_hba.conf"
        ),
        (
            ["definition of service"], .cannotOpen,
            "; check the service in the database URL, and PGSERVICEFILE"
        ),
        (
            ["\" does not exist"], .cannotOpen,
            "; create the database, or correct its name in the database URL"
        ),
    ]
}

extension String {
    /// libpq breaks its messages into lines; a log wants one.
    var onOneLine: String {
        split(whereSeparator: { $0 == "\n" || $0 == "\t" }).joined(separator: " ")
    }
}
