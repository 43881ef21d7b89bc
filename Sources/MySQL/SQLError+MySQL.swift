import CMySQL
import SQL

extension SQLError {
    /// The one place where the numbers of server and client library become ours.
    ///
    /// - Source: MariaDB's `mysqld_error.h` and Connector/C's `errmsg.h`.
    init(code: UInt32, state: String, message: String) {
        self.init(
            kind: Self.kind(of: code, message), code: Int(code), state: state,
            message: "\(message) (MySQL error \(code))\(Self.remedy(for: code, message))")
    }

    /// A server that is killed while it makes a partitioned table can leave files of partitions whose
    /// table it does not know. Nobody but an administrator can tell that they are of no use.
    private static func remedy(for code: UInt32, _ message: String) -> String {
        guard code == 1050,
            let found = message.firstMatch(of: /`(?<table>[^`]+)` \/\* Partition `(?<name>[^`]+)`/)
        else { return "" }
        return """
            ; if the table itself is not there, the server was killed while it made it: \
            DROP TABLE `#mysql50#\(found.table)#P#\(found.name)`; and try again
            """
    }

    init(in handle: UnsafeMutablePointer<MYSQL>) {
        self.init(
            code: mysql_errno(handle), state: String(cString: mysql_sqlstate(handle)),
            message: String(cString: mysql_error(handle)))
    }

    /// What arrives in the middle of rows, an error of the server or the end of the link, Connector/C
    /// notes on the link alone.
    init(in statement: UnsafeMutablePointer<MYSQL_STMT>) {
        if mysql_stmt_errno(statement) == 0, let link = statement.pointee.mysql {
            self.init(in: link)
            return
        }
        self.init(
            code: mysql_stmt_errno(statement),
            state: String(cString: mysql_stmt_sqlstate(statement)),
            message: String(cString: mysql_stmt_error(statement)))
    }

    private static func kind(of code: UInt32, _ message: String) -> Kind {
        switch code {
        // Also Galera's answer to two nodes that wrote the same rows; and a lock that took too long.
        case 1213, 1205: .deadlock
        case 1040, 1203, 1226, 3572: .busy
        // Cannot connect, lost the link, the server ends, this Galera node has no quorum.
        case 2001...2006, 2009, 2012, 2013, 2026, 2048, 2055, 1047, 1053, 1077, 1079, 1080, 1158,
            1159, 1160, 1161, 1184, 1927, 4031:
            .unavailable
        case 1290, 1792, 1836, 3100: .notWritable
        case 1044, 1045, 1142, 1143, 1227, 1370, 1698, 1820, 1862, 3118, 4151: .denied
        case 1021, 1114: .full
        // Errors of the server's files: 28 is ENOSPC.
        case 3, 1026, 1030: message.contains("28") ? .full : .inputOutput
        case 1022, 1048, 1062, 1169, 1216, 1217, 1264, 1406, 1451, 1452, 1526, 4025: .constraint
        case 1317: .interrupted
        case 1969, 3024: .timedOut
        case 1033, 1034, 1194, 1195, 1712, 1877: .corrupt
        case 1036: .readOnly
        case 1064, 1054, 1146, 1149, 1210, 2014, 2030, 2031, 2034: .misuse
        default: .other
        }
    }

    /// After these the link is gone or in a state nobody knows.
    var endsLink: Bool {
        kind == .unavailable && code != 1047 || code == 2014 || code == 2000 || code == 2008
            || code == 2027
    }
}
