import CMySQL
import SQL

/// The client library's settings for one link.
struct LinkSettings {
    private let options: MySQLOptions
    private let encryption: MySQLOptions.TLSMode

    /// Every session is alike, whatever the server's defaults are: times in UTC, text in UTF-8, what
    /// does not fit is an error and not cut, reads see what is committed, and whoever waits for a
    /// lock tries again as a whole before its client has gone.
    private static let session = """
        SET NAMES utf8mb4, time_zone = '+00:00', autocommit = 1, innodb_lock_wait_timeout = 3,
        sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,\
        NO_ENGINE_SUBSTITUTION'
        """

    init(_ options: MySQLOptions, _ host: MySQLHost) {
        self.options = options
        encryption = options.encryption(to: host)
    }

    func apply(to handle: UnsafeMutablePointer<MYSQL>) {
        var seconds = UInt32(clamping: max(1, options.connectTimeout.components.seconds))
        mysql_options(handle, MYSQL_OPT_CONNECT_TIMEOUT, &seconds)
        var protocolType = (options.socket == nil ? MYSQL_PROTOCOL_TCP : MYSQL_PROTOCOL_SOCKET)
            .rawValue
        mysql_options(handle, MYSQL_OPT_PROTOCOL, &protocolType)
        mysql_options(handle, MYSQL_SET_CHARSET_NAME, "utf8mb4")
        mysql_options(handle, MYSQL_INIT_COMMAND, Self.session)
        mysql_options(
            handle, MYSQL_INIT_COMMAND, "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED")
        // A server could ask for any file of this machine.
        var no: UInt32 = 0
        mysql_options(handle, MYSQL_OPT_LOCAL_INFILE, &no)
        var mostBytes = UInt(1 << 30)
        mysql_options(handle, MYSQL_OPT_MAX_ALLOWED_PACKET, &mostBytes)
        applyTLS(to: handle)
    }

    private func applyTLS(to handle: UnsafeMutablePointer<MYSQL>) {
        var enforce = my_bool(encryption == .off ? 0 : 1)
        var verify = my_bool(encryption == .verifyIdentity ? 1 : 0)
        mysql_options(handle, MYSQL_OPT_SSL_ENFORCE, &enforce)
        mysql_options(handle, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &verify)
        guard encryption != .off else { return }
        if encryption != .required {
            mysql_options(handle, MYSQL_OPT_SSL_CA, options.ca ?? Self.systemCertificates)
        }
        if let certificate = options.certificate {
            mysql_options(handle, MYSQL_OPT_SSL_CERT, certificate)
        }
        if let key = options.key { mysql_options(handle, MYSQL_OPT_SSL_KEY, key) }
    }

    /// Where Debian keeps the certificates that the machine trusts.
    private static let systemCertificates = "/etc/ssl/certs/ca-certificates.crt"
}
