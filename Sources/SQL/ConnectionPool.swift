/// Lends connections to a database server: at most so many, first come first served, opened when
/// they are needed and opened again when the server was away.
package struct ConnectionPool<Connection: SQLConnection>: Sendable {
    private let slots: ResourcePool<ConnectionSlot<Connection>>
    private let all: [ConnectionSlot<Connection>]
    private let limits: ConnectionPoolLimits
    private let reachability: Reachability

    /// Opens nothing yet: a server that is away fails the callers and not the start.
    ///
    /// - Parameter open: opens one connection; waits no longer than its own connect timeout.
    package init(
        _ limits: ConnectionPoolLimits,
        open: @escaping @Sendable () async throws(SQLError) -> Connection
    ) {
        let reachability = Reachability(limits)
        let all = (0..<limits.connections).map { _ in
            ConnectionSlot(limits, reachability: reachability, open: open)
        }
        self.limits = limits
        self.reachability = reachability
        self.all = all
        slots = ResourcePool(all.reversed())
    }

    /// Lends a connection that was usable a moment ago.
    ///
    /// - Throws: `.busy` where none was free in time, `.unavailable` at once while the server is known
    ///   to be away, `.cancelled` where the caller has gone; otherwise what `body` throws.
    package func withConnection<Output: Sendable>(
        _ body: (Connection) async throws(SQLError) -> Output
    ) async throws(SQLError) -> Output {
        do {
            return try await slots.withResource(waitingAtMost: limits.wait) { slot in
                let connection = try await slot.connection()
                do throws(SQLError) {
                    let output = try await body(connection)
                    await slot.giveBack()
                    return output
                } catch {
                    await slot.giveBack(after: error)
                    throw error
                }
            }
        } catch let error as SQLError {
            throw error
        } catch is ResourceWaitTooLong {
            throw SQLError(
                kind: .busy, code: 0,
                message: "all \(limits.connections) connections were in use for \(limits.wait)")
        } catch {
            throw SQLError(kind: .cancelled, code: 0, message: "the caller has gone")
        }
    }

    package var status: ConnectionPoolStatus {
        get async {
            var status = reachability.status
            status.limit = limits.connections
            status.waiting = await slots.queueDepth
            for slot in all where await slot.isOpen { status.open += 1 }
            return status
        }
    }

    /// Closes every connection; those that are lent when they come back.
    package func close() async {
        for slot in all { await slot.retire() }
    }
}

package struct ConnectionPoolLimits: Sendable, Equatable {
    /// Most connections open at once.
    package var connections: Int
    /// Longest time a caller stands in line.
    package var wait: Duration
    /// A connection that was idle for longer is asked for a sign of life before it is lent.
    package var idleCheck: Duration
    /// A connection older than this is replaced before it is lent.
    package var maximumAge: Duration
    /// Pauses between attempts to reach a server that is away, shortest and longest. A random part of
    /// each is left out, so that instances do not come back all at once.
    package var backoff: ClosedRange<Duration>

    package init(
        connections: Int, wait: Duration = .seconds(5), idleCheck: Duration = .seconds(15),
        maximumAge: Duration = .seconds(1800),
        backoff: ClosedRange<Duration> = .milliseconds(50) ... .milliseconds(500)
    ) {
        self.connections = connections
        self.wait = wait
        self.idleCheck = idleCheck
        self.maximumAge = maximumAge
        self.backoff = backoff
    }
}

/// What a pool tells of itself, for `/status` and `/metrics`.
package struct ConnectionPoolStatus: Sendable, Equatable {
    package var limit = 0
    package var open = 0
    /// Callers in line.
    package var waiting = 0
    /// Connections opened since the start.
    package var opened = 0
    /// Connections lost since the start.
    package var lost = 0
    /// Why the last attempt to connect failed; nil where it succeeded.
    package var failure: String?

    package init() {}
}
