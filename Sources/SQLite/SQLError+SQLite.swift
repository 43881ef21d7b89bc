import CSQLite
import SQL

extension SQLError {
    /// The one place where SQLite's codes become ours.
    init(code: Int32, message: String) {
        self.init(kind: Self.kind(of: code), code: Int(code), message: message)
    }

    init(code: Int32, in database: OpaquePointer?) {
        let extended = database.map { sqlite3_extended_errcode($0) } ?? code
        let text = database.flatMap { sqlite3_errmsg($0) } ?? sqlite3_errstr(code)
        let message = text.map { String(cString: $0) } ?? "SQLite error"
        self.init(code: extended, message: "\(message) (SQLite code \(extended))")
    }

    private static func kind(of code: Int32) -> Kind {
        switch code {
        // SQLITE_IOERR_FSYNC and SQLITE_IOERR_DIR_FSYNC.
        case 1034, 1290: return .syncFailed
        // SQLITE_IOERR_SHMSIZE and SQLITE_IOERR_SHMMAP: no room for the index of the log.
        case 4874, 5386: return .full
        default: break
        }
        return switch code & 0xFF {
        case SQLITE_BUSY, SQLITE_LOCKED: .busy
        case SQLITE_FULL: .full
        case SQLITE_IOERR: .inputOutput
        case SQLITE_CORRUPT, SQLITE_NOTADB: .corrupt
        case SQLITE_READONLY: .readOnly
        case SQLITE_CONSTRAINT: .constraint
        case SQLITE_INTERRUPT: .interrupted
        case SQLITE_CANTOPEN: .cannotOpen
        case SQLITE_MISUSE, SQLITE_ERROR, SQLITE_RANGE: .misuse
        default: .other
        }
    }
}
