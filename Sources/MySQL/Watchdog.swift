import CMySQL
import Dispatch
import Glibc
import SQL
import Synchronization

/// Ends a statement that runs too long or that nobody waits for any more, while the connection's own
/// thread is blocked in it.
///
/// It asks the server over a second link to kill the statement, again and again until it has ended.
/// A server that does not listen loses the link.
final class Watchdog: Sendable {
    private let options: MySQLOptions
    private let host: MySQLHost
    private let state: Mutex<State>

    enum Verdict: Sendable {
        case cancelled
        case timedOut
    }

    private struct State {
        let link: LinkIdentity
        /// The socket of the link; nil once it is closed.
        var socket: Int32?
        var lastTicket = 0
        /// The number of the statement that runs now, or ran last.
        var statement = 0
        /// Cancelled while they stood in line for the connection's thread.
        var cancelledEarly: Set<Int> = []
        var isRunning = false
        var isKillable = true
        var deadline = ContinuousClock.now
        var verdict: Verdict?
        /// When the next look at the clock is due; nil where none is.
        var nextLook: ContinuousClock.Instant?
    }

    /// Blocks in C while it kills, so it has threads of its own.
    private static let queue = DispatchQueue(
        label: "annals.mysql.watchdog", attributes: .concurrent)

    init(_ options: MySQLOptions, host: MySQLHost, link: LinkIdentity, socket: Int32) {
        self.options = options
        self.host = host
        state = Mutex(State(link: link, socket: socket))
    }

    /// A number for a statement to come, by which it can be cancelled.
    func ticket() -> Int {
        state.withLock { state in
            state.lastTicket += 1
            return state.lastTicket
        }
    }

    /// - Parameter isKillable: false for COMMIT, of which the server must say the outcome.
    /// - Returns: false where the statement was cancelled before it began.
    func begin(_ statement: Int, within limit: Duration, isKillable: Bool) -> Bool {
        let now = ContinuousClock.now
        var look: ContinuousClock.Instant?
        let goesOn = state.withLock { state in
            if state.cancelledEarly.remove(statement) != nil, isKillable { return false }
            state.statement = statement
            state.isRunning = true
            state.isKillable = isKillable
            state.verdict = nil
            state.deadline = now + limit
            // A look that is due earlier plans the next one itself: mostly nothing is to be done.
            if let next = state.nextLook, next <= state.deadline { return true }
            state.nextLook = state.deadline
            look = state.deadline
            return true
        }
        if let look { schedule(look) }
        return goesOn
    }

    /// - Returns: why the statement was ended from here; nil where it was not.
    func end() -> Verdict? {
        state.withLock { state in
            state.isRunning = false
            return state.verdict
        }
    }

    func cancel(_ statement: Int) {
        let isEarly = state.withLock { state in
            // Tickets are drawn in the order of their statements.
            guard statement > state.statement else { return false }
            state.cancelledEarly.insert(statement)
            return true
        }
        if !isEarly { end(statement, as: .cancelled) }
    }

    /// The link is being closed: its socket may soon be another's.
    func retire() {
        state.withLock { $0.socket = nil }
    }

    private func schedule(_ instant: ContinuousClock.Instant) {
        let (seconds, attoseconds) = (instant - .now).components
        let nanoseconds = seconds * 1_000_000_000 + attoseconds / 1_000_000_000
        Self.queue.asyncAfter(deadline: .now() + .nanoseconds(Int(max(0, nanoseconds)))) {
            [weak self] in self?.look()
        }
    }

    private func look() {
        let now = ContinuousClock.now
        var late: Int?
        var next: ContinuousClock.Instant?
        state.withLock { state in
            // Another look that was planned earlier may have been replaced by a nearer one.
            if let planned = state.nextLook, planned > now { return }
            state.nextLook = nil
            guard state.isRunning, state.verdict == nil else { return }
            if state.deadline <= now {
                late = state.statement
            } else {
                next = state.deadline
                state.nextLook = next
            }
        }
        if let next { schedule(next) }
        if let late { end(late, as: .timedOut) }
    }

    private func end(_ statement: Int, as verdict: Verdict) {
        let isFirst = state.withLock { state in
            guard state.isRunning, state.statement == statement, state.verdict == nil,
                state.isKillable || verdict == .timedOut
            else { return false }
            state.verdict = verdict
            return true
        }
        if isFirst { Self.queue.async { self.kill(statement) } }
    }

    private func kill(_ statement: Int) {
        for _ in 0..<20 {
            guard isStillRunning(statement), state.withLock({ $0.isKillable }) else { break }
            guard killOnce() else { break }
            // A kill takes effect when the statement looks up; this thread has nothing else to do.
            usleep(100_000)
        }
        state.withLock { state in
            guard state.isRunning, state.statement == statement, let socket = state.socket else {
                return
            }
            shutdown(socket, Int32(SHUT_RDWR))
        }
    }

    private func isStillRunning(_ statement: Int) -> Bool {
        state.withLock { $0.isRunning && $0.statement == statement }
    }

    /// - Returns: false where the server cannot be asked, or where a proxy led to another one.
    private func killOnce() -> Bool {
        var options = options
        options.connectTimeout = .seconds(1)
        let wanted = state.withLock { $0.link }
        do throws(SQLError) {
            let link = try MySQLLink(options, to: host)
            guard try LinkIdentity(of: link).server == wanted.server else { return false }
            // The number is the server's, and KILL takes no place for a value.
            try link.run("KILL QUERY \(wanted.number)")
            return true
        } catch {
            return error.code == Self.noSuchThread
        }
    }

    /// ER_NO_SUCH_THREAD: it has ended meanwhile.
    private static let noSuchThread = 1094
}

/// Which link of which server: behind a proxy the same address leads to several servers, whose
/// numbers mean different links.
struct LinkIdentity: Sendable, Hashable {
    let number: UInt
    let server: String

    init(of link: MySQLLink) throws(SQLError) {
        number = link.number
        let row = try link.query("SELECT concat_ws(' ', @@hostname, @@port, @@datadir)", []).first
        server = row?.text(0) ?? ""
    }
}
