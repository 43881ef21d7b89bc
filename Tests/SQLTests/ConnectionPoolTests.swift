import SQL
import Testing

@Suite("A pool of connections")
struct ConnectionPoolTests {
    let server = FakeServer()

    func pool(
        _ connections: Int, wait: Duration = .seconds(600), idleCheck: Duration = .seconds(600),
        maximumAge: Duration = .seconds(600),
        backoff: ClosedRange<Duration> = .seconds(60) ... .seconds(60)
    ) -> ConnectionPool<FakeConnection> {
        ConnectionPool(
            ConnectionPoolLimits(
                connections: connections, wait: wait, idleCheck: idleCheck,
                maximumAge: maximumAge, backoff: backoff)
        ) { [server] () throws(SQLError) in try server.open() }
    }

    @Test("opens a connection when it is needed, and uses it again")
    func reuse() async throws {
        let pool = pool(4)
        #expect(server.opened == 0)
        for _ in 0..<10 {
            _ = try await pool.withConnection { one throws(SQLError) in try await one.query("") }
        }
        #expect(server.opened == 1)
        #expect(await pool.status.open == 1)
    }

    @Test("never opens more than its bound, and everybody gets a turn")
    func bound() async throws {
        let pool = pool(3)
        let lent = LentConnections()
        await withTaskGroup { group in
            for _ in 0..<50 {
                group.addTask {
                    do {
                        try await pool.withConnection { _ throws(SQLError) in
                            lent.take()
                            await Task.yield()
                            lent.giveBack()
                        }
                    } catch {
                        Issue.record(error)
                    }
                }
            }
        }
        #expect(lent.turns == 50)
        #expect(lent.most <= 3)
        #expect(server.opened <= 3)
    }

    @Test("a caller that waits for too long is told that the pool is busy")
    func wait() async throws {
        let pool = pool(1, wait: .milliseconds(1))
        let error = await #expect(throws: SQLError.self) {
            try await pool.withConnection { _ throws(SQLError) in
                // The only connection is lent while another is asked for.
                try await pool.withConnection { _ throws(SQLError) in }
            }
        }
        #expect(error?.kind == .busy)
        try await pool.withConnection { _ throws(SQLError) in }
    }

    @Test("a caller that is cancelled while it waits takes nothing with it")
    func cancellation() async throws {
        let pool = pool(1)
        try await pool.withConnection { _ throws(SQLError) in
            let waiting = Task { try await pool.withConnection { _ throws(SQLError) in } }
            waiting.cancel()
            guard case .failure(let error as SQLError) = await waiting.result else {
                Issue.record("the caller got a connection that was lent")
                return
            }
            #expect(error.kind == .cancelled)
        }
        try await pool.withConnection { _ throws(SQLError) in }
        #expect(server.opened == 1)
    }

    @Test("after a restart of the server one caller fails at most, and the others get new links")
    func restart() async throws {
        let pool = pool(3)
        try await lendAll(pool, 3)
        #expect(server.opened == 3)
        server.restart()
        var failures = 0
        for _ in 0..<6 {
            do throws(SQLError) {
                _ = try await pool.withConnection { one throws(SQLError) in
                    try await one.query("")
                }
            } catch {
                failures += 1
            }
        }
        #expect(failures == 1)
        // Each connection of before is asked before it is lent again, and replaced.
        try await lendAll(pool, 3)
        #expect(server.opened == 6)
        #expect(await pool.status.open == 3)
    }

    @Test("while the server is away callers are told at once, without an attempt each")
    func away() async throws {
        server.isUp = false
        let pool = pool(4)
        for _ in 0..<20 {
            let error = await #expect(throws: SQLError.self) {
                try await pool.withConnection { _ throws(SQLError) in }
            }
            #expect(error?.kind == .unavailable)
        }
        #expect(server.attempts == 1)
        #expect(await pool.status.failure == "the server is away")
    }

    @Test("a server that is back is found")
    func back() async throws {
        server.isUp = false
        let pool = pool(4, backoff: .zero ... .zero)
        await #expect(throws: SQLError.self) {
            try await pool.withConnection { _ throws(SQLError) in }
        }
        server.isUp = true
        try await pool.withConnection { _ throws(SQLError) in }
        #expect(await pool.status.failure == nil)
    }

    @Test("an attempt that began before another got through says nothing about the server")
    func lateFailure() async throws {
        let server = self.server
        let late = FakeGate()
        let pool = ConnectionPool<FakeConnection>(
            ConnectionPoolLimits(connections: 2, backoff: .seconds(60) ... .seconds(60))
        ) { () async throws(SQLError) in
            if await late.isFirst() { throw .away }
            return try server.open()
        }
        let first = Task { try await pool.withConnection { _ throws(SQLError) in } }
        while await !late.isWaiting { await Task.yield() }
        try await pool.withConnection { _ throws(SQLError) in }
        await late.open()
        await #expect(throws: SQLError.self) { try await first.value }
        #expect(await pool.status.failure == nil)
    }

    @Test("an idle connection is asked for a sign of life, an old one is replaced")
    func idleAndAge() async throws {
        let careful = pool(1, idleCheck: .zero)
        for _ in 0..<2 { try await careful.withConnection { _ throws(SQLError) in } }
        #expect(server.pings == 1)
        let young = pool(1, maximumAge: .zero)
        for _ in 0..<3 { try await young.withConnection { _ throws(SQLError) in } }
        #expect(server.opened == 4)
        #expect(server.closed == 2)
    }

    /// Lends `count` connections at the same time.
    private func lendAll(_ pool: ConnectionPool<FakeConnection>, _ count: Int) async throws {
        if count == 0 { return }
        try await pool.withConnection { one throws(SQLError) in
            do {
                try await lendAll(pool, count - 1)
            } catch let error as SQLError {
                throw error
            } catch {
                Issue.record(error)
            }
        }
    }
}
