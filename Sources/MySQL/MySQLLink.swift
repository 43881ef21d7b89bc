import CMySQL
import SQL
import Values

/// One link to one server. Not for sharing: it belongs to one thread, in practice to one
/// `MySQLConnection`.
final class MySQLLink {
    private let handle: UnsafeMutablePointer<MYSQL>
    private var statements: [String: PreparedStatement] = [:]
    /// The link is lost, or it is in a state nobody knows.
    private(set) var isBroken = false
    /// Largest row or statement the server takes, in bytes.
    private(set) var mostBytes = 1 << 20
    /// The server takes no writes: it is a replica, say.
    private(set) var isReadOnly = false

    /// BEGIN was the last of BEGIN, COMMIT and ROLLBACK.
    private var isInTransaction = false

    private static let mostStatements = 200

    /// Initializes the library, once, before any thread uses it.
    private static let isLibraryReady = mysql_server_init(0, nil, nil) == 0

    init(_ options: MySQLOptions, to host: MySQLHost) throws(SQLError) {
        guard Self.isLibraryReady, let handle = mysql_init(nil) else {
            throw SQLError(kind: .other, code: 0, message: "no memory for a connection")
        }
        self.handle = handle
        LinkSettings(options, host).apply(to: handle)
        let connected = mysql_real_connect(
            handle, options.socket == nil ? host.name : nil, options.user,
            options.password?.reveal() ?? "", options.database, UInt32(host.port), options.socket,
            UInt(CLIENT_MULTI_RESULTS))
        guard connected != nil else {
            throw ConnectFailure(options, host).error(SQLError(in: handle))
        }
        // The library goes on without TLS where the server offers none and no name is verified.
        if options.encryption(to: host) != .off, mysql_get_ssl_cipher(handle) == nil {
            let plain = SQLError(
                code: Self.tlsFailed, state: "HY000",
                message: "TLS is required, but the server does not support it")
            throw ConnectFailure(options, host).error(plain)
        }
    }

    /// CR_SSL_CONNECTION_ERROR.
    private static let tlsFailed: UInt32 = 2026

    deinit {
        statements.removeAll()
        mysql_close(handle)
    }

    /// What the server calls this link; kills name it.
    var number: UInt { mysql_thread_id(handle) }

    var socket: Int32 { mysql_get_socket(handle) }

    /// Takes a statement once for many rows; MySQL has no such thing.
    var takesBulk: Bool {
        String(cString: mysql_get_server_info(handle)).contains("MariaDB")
    }

    /// Asks the server how it is set up, and settles what depends on that.
    func inspect() throws(SQLError) {
        let rows = try query(
            """
            SHOW VARIABLES WHERE variable_name IN ('max_allowed_packet', 'read_only', 'wsrep_on')
            """, [])
        for row in rows {
            switch row.text(0).lowercased() {
            case "max_allowed_packet": mostBytes = Int(row.text(1)) ?? mostBytes
            case "read_only": isReadOnly = row.text(1) == "ON"
            // What was acknowledged on one node of a cluster is seen on the others, too.
            case "wsrep_on" where row.text(1) == "ON": try run("SET SESSION wsrep_sync_wait = 1")
            default: break
            }
        }
    }

    func query(_ text: String, _ values: [SQLValue]) throws(SQLError) -> [SQLRow] {
        try noting { () throws(SQLError) in
            let rows = try prepared(text).query(values)
            try requireTransaction()
            return rows
        }
    }

    func change(_ text: String, _ values: [SQLValue]) throws(SQLError) -> Int {
        if values.isEmpty { return try run(text) }
        return try noting { () throws(SQLError) in
            let count = try prepared(text).change(values)
            try requireTransaction()
            return count
        }
    }

    func change(_ text: String, _ rows: BulkRows, _ range: Range<Int>) throws(SQLError) -> Int {
        try noting { () throws(SQLError) in
            let count = try prepared(text).change(rows, range)
            try requireTransaction()
            return count
        }
    }

    /// Runs one statement without values and lets go of its rows.
    @discardableResult
    func run(_ text: String) throws(SQLError) -> Int {
        try noting { () throws(SQLError) in
            if text == "COMMIT" { try requireTransaction() }
            if text == "COMMIT" || text == "ROLLBACK" { isInTransaction = false }
            guard mysql_real_query(handle, text, UInt(text.utf8.count)) == 0 else {
                throw SQLError(in: handle)
            }
            if text == "BEGIN" { isInTransaction = true }
            return try finishResult()
        }
    }

    /// Runs statements separated by semicolons, one after the other.
    func run(script: String) throws(SQLError) {
        try noting { () throws(SQLError) in
            guard mysql_set_server_option(handle, MYSQL_OPTION_MULTI_STATEMENTS_ON) == 0 else {
                throw SQLError(in: handle)
            }
            defer { mysql_set_server_option(handle, MYSQL_OPTION_MULTI_STATEMENTS_OFF) }
            guard mysql_real_query(handle, script, UInt(script.utf8.count)) == 0 else {
                throw SQLError(in: handle)
            }
            var next: Int32
            repeat {
                try finishResult()
                next = mysql_next_result(handle)
                if next > 0 { throw SQLError(in: handle) }
            } while next == 0
        }
    }

    func ping() throws(SQLError) {
        try noting { () throws(SQLError) in
            guard mysql_ping(handle) == 0 else { throw SQLError(in: handle) }
        }
    }

    @discardableResult
    private func finishResult() throws(SQLError) -> Int {
        if let result = mysql_store_result(handle) {
            mysql_free_result(result)
            return 0
        }
        guard mysql_errno(handle) == 0 else { throw SQLError(in: handle) }
        return Int(truncatingIfNeeded: mysql_affected_rows(handle))
    }

    private func prepared(_ text: String) throws(SQLError) -> PreparedStatement {
        if let known = statements[text] { return known }
        // Texts are few and fixed; this is for the day when they are not.
        if statements.count >= Self.mostStatements { statements.removeAll() }
        let made = try PreparedStatement(text, on: handle)
        statements[text] = made
        if isInTransaction {
            // Nothing may be written outside of it by the statement just prepared.
            try run("DO 0")
            try requireTransaction()
        }
        return made
    }

    /// A Galera cluster ends a transaction that has lost against one of another node, and says so to
    /// whatever comes next. That may be a preparation, which hears nothing: what follows would be
    /// written without a transaction, and COMMIT of nothing would succeed.
    private func requireTransaction() throws(SQLError) {
        let isThere = handle.pointee.server_status & UInt32(SERVER_STATUS_IN_TRANS) != 0
        if !isInTransaction || isThere { return }
        throw SQLError(
            kind: .deadlock, code: 1213, state: "40001",
            message: "the server has ended the transaction")
    }

    private func noting<Output>(
        _ work: () throws(SQLError) -> Output
    ) throws(SQLError) -> Output {
        if isBroken {
            throw SQLError(kind: .unavailable, code: 0, message: "the link to the server is lost")
        }
        do throws(SQLError) {
            return try work()
        } catch {
            if error.endsLink { isBroken = true }
            throw error
        }
    }
}
