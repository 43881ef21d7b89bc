import SQL
import Synchronization

/// A server that can be away, and connections to it that notice.
final class FakeServer: Sendable {
    private let state = Mutex((isUp: true, opened: 0, closed: 0, attempts: 0, pings: 0, era: 0))

    var isUp: Bool {
        get { state.withLock { $0.isUp } }
        set { state.withLock { $0.isUp = newValue } }
    }

    var opened: Int { state.withLock { $0.opened } }
    var closed: Int { state.withLock { $0.closed } }
    var attempts: Int { state.withLock { $0.attempts } }
    var pings: Int { state.withLock { $0.pings } }
    var era: Int { state.withLock { $0.era } }

    /// Stops and starts: every connection of before is dead, and does not know it.
    func restart() {
        state.withLock { $0.era += 1 }
    }

    func open() throws(SQLError) -> FakeConnection {
        let era = state.withLock { state -> Int? in
            state.attempts += 1
            guard state.isUp else { return nil }
            state.opened += 1
            return state.era
        }
        guard let era else { throw .away }
        return FakeConnection(self, era: era)
    }

    fileprivate func countPing() { state.withLock { $0.pings += 1 } }
    fileprivate func countClose() { state.withLock { $0.closed += 1 } }
}

actor FakeConnection: SQLConnection {
    private let server: FakeServer
    private let era: Int
    private(set) var isUsable = true

    init(_ server: FakeServer, era: Int) {
        self.server = server
        self.era = era
    }

    func query(
        _ statement: SQLStatement, within limit: Duration
    ) async throws(SQLError) -> [SQLRow] {
        guard server.isUp, server.era == era else {
            isUsable = false
            throw .away
        }
        return []
    }

    func execute(_ statement: SQLStatement, within limit: Duration) async throws(SQLError) -> Int {
        try await query(statement, within: limit).count
    }

    func run(script: String) async throws(SQLError) {}

    func ping() async throws(SQLError) {
        server.countPing()
        _ = try await query("", within: .seconds(1))
    }

    func close() async {
        isUsable = false
        server.countClose()
    }
}

extension SQLError {
    static let away = SQLError(kind: .unavailable, code: 0, message: "the server is away")
}

/// How many connections are lent, and how many were at most.
final class LentConnections: Sendable {
    private let state = Mutex((now: 0, most: 0, turns: 0))

    var most: Int { state.withLock { $0.most } }
    var turns: Int { state.withLock { $0.turns } }

    func take() {
        state.withLock {
            $0.now += 1
            $0.turns += 1
            $0.most = max($0.most, $0.now)
        }
    }

    func giveBack() {
        state.withLock { $0.now -= 1 }
    }
}

/// Holds the first who comes until it is opened; lets everybody else pass.
actor FakeGate {
    private var visitors = 0
    private var held: CheckedContinuation<Void, Never>?

    var isWaiting: Bool { held != nil }

    func isFirst() async -> Bool {
        visitors += 1
        guard visitors == 1 else { return false }
        await withCheckedContinuation { held = $0 }
        return true
    }

    func open() { held?.resume() }
}
