import CLibPQ
import Glibc
import SQL
import Values

/// The link itself. Owns a `PGconn`; finished exactly once. Used on its connection's thread only.
final class ServerLink {
    let handle: OpaquePointer
    /// Set when the state of the link is not known any more; it can only be closed then.
    private(set) var isBroken = false

    /// Blocks until a server has let us in, or none does: each has its own time limit.
    init(_ options: PostgreSQLOptions) throws(SQLError) {
        let keywords = options.keywords
        let texts = keywords.flatMap { [strdup($0.name), strdup($0.value)] }
        defer { for text in texts { free(text) } }
        func pointers(_ first: Int) -> [UnsafePointer<CChar>?] {
            stride(from: first, to: texts.count, by: 2).map { texts[$0].map { UnsafePointer($0) } }
                + [nil]
        }
        guard let handle = PQconnectdbParams(pointers(0), pointers(1), 0) else {
            throw SQLError(kind: .unavailable, code: 0, message: "no memory for a connection")
        }
        self.handle = handle
        guard PQstatus(handle) == CONNECTION_OK else {
            var text = PQerrorMessage(handle).map { String(cString: $0) } ?? ""
            if let password = options.password?.reveal(), password.count > 3 {
                text = text.split(separator: password).joined(separator: "********")
            }
            throw SQLError(refusedLink: text)
        }
        // Notices are about what our own statements expect ("already exists, skipping").
        PQsetNoticeProcessor(handle, { _, _ in }, nil)
        PQsetnonblocking(handle, 1)
    }

    deinit {
        PQfinish(handle)
    }

    var isUsable: Bool { !isBroken && PQstatus(handle) == CONNECTION_OK }

    /// Nothing of an unfinished transaction stands before the next statement.
    var isIdle: Bool { PQtransactionStatus(handle) == PQTRANS_IDLE }

    func lost() -> SQLError {
        isBroken = true
        return SQLError(lostLink: handle)
    }

    /// Waits until what was asked is on its way, reading meanwhile: a server that cannot get rid of
    /// its answer would never take more.
    func flush(_ wait: Wait) throws(SQLError) {
        while true {
            switch PQflush(handle) {
            case 0: return
            case 1: try wait.ready(self, POLLIN | POLLOUT)
            default: throw lost()
            }
            guard PQconsumeInput(handle) == 1 else { throw lost() }
        }
    }

    /// - Returns: the next answer to what was asked; nil when all have come.
    func nextResult(_ wait: Wait) throws(SQLError) -> ServerResult? {
        while PQisBusy(handle) == 1 {
            try wait.ready(self, POLLIN)
            guard PQconsumeInput(handle) == 1 else { throw lost() }
        }
        return PQgetResult(handle).map { ServerResult(owning: $0) }
    }

    /// - Returns: true when the socket is ready, false when `limit` is over.
    func poll(_ events: Int32, for limit: Duration) throws(SQLError) -> Bool {
        var entry = pollfd(fd: PQsocket(handle), events: Int16(events), revents: 0)
        let (seconds, attoseconds) = limit.components
        let milliseconds = seconds * 1000 + attoseconds / 1_000_000_000_000_000
        // Rounded up, or the last millisecond would be spent asking again and again.
        let count = Glibc.poll(&entry, 1, Int32(clamping: milliseconds + 1))
        if count < 0 && errno != EINTR { throw lost() }
        return count > 0
    }

    func markBroken() {
        isBroken = true
    }
}
