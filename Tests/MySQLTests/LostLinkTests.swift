import SQL
import TestSupport
import Testing
import Values

@testable import MySQL

@Suite(
    "A statement on MariaDB that does not end by itself",
    .enabled(if: EngineDatabase.mysql.isThere, "\(EngineDatabase.comment)"))
struct LostLinkTests {
    /// Long enough that a test which waits for it has failed.
    private static let sleep: SQLStatement = "SELECT SLEEP(\(300))"

    @Test("is ended in the server when its caller goes")
    func cancelled() async throws {
        try await withConnection { connection in
            let number = try await self.number(of: connection)
            try await withConnection { observer in
                let task = Task { await failure { try await connection.query(Self.sleep) } }
                try await waitUntil { try await isSleeping(number, seenBy: observer) }
                let start = ContinuousClock.now
                task.cancel()
                #expect(await task.value?.kind == .cancelled)
                try await waitUntil { try await !isSleeping(number, seenBy: observer) }
                #expect(ContinuousClock.now - start < .seconds(30))
            }
            #expect(await !connection.isUsable)
        }
    }

    @Test("is not begun when its caller has gone before")
    func cancelledEarly() async throws {
        try await withConnection { connection in
            let task = Task {
                while !Task.isCancelled { await Task.yield() }
                return await failure { try await connection.query(Self.sleep) }
            }
            task.cancel()
            #expect(await task.value?.kind == .cancelled)
            #expect(await connection.isUsable)
            try await #expect(connection.query("SELECT 1").count == 1)
        }
    }

    @Test("is ended in the server when its time is over")
    func timedOut() async throws {
        try await withConnection { connection in
            let number = try await self.number(of: connection)
            let error = await failure {
                try await connection.query(Self.sleep, within: .milliseconds(50))
            }
            #expect(error?.kind == .timedOut)
            try await withConnection { observer in
                try await waitUntil { try await !isSleeping(number, seenBy: observer) }
            }
        }
    }

    @Test("leaves those alone that end in time, after it and before it")
    func shortStatements() async throws {
        try await withConnection { connection in
            for limit in [Duration.seconds(60), .seconds(1), .seconds(60), .seconds(2)] {
                try await #expect(connection.query("SELECT 1", within: limit).count == 1)
            }
            #expect(await connection.isUsable)
        }
    }

    @Test("says that the link is lost when the server ends it, and never works again")
    func killed() async throws {
        try await withConnection { connection in
            let number = try await self.number(of: connection)
            try await withConnection { observer in
                try await observer.run(script: "KILL CONNECTION \(number)")
            }
            let error = await failure { try await connection.query("SELECT 1") }
            #expect(error?.kind == .unavailable)
            #expect(await !connection.isUsable)
            let later = await failure { try await connection.ping() }
            #expect(later?.kind == .unavailable)
        }
    }

    @Test("says that the link is lost when the server ends it between two rows")
    func killedBetweenRows() async throws {
        try await withConnection { connection in
            let number = try await self.number(of: connection)
            let task = Task {
                await failure {
                    try await connection.query(
                        """
                        SELECT SLEEP(IF(seq > \(40), 300, 0)), REPEAT('x', 20000)
                        FROM seq_1_to_50
                        """)
                }
            }
            try await withConnection { observer in
                try await waitUntil { try await isSleeping(number, seenBy: observer) }
                try await observer.run(script: "KILL CONNECTION \(number)")
            }
            #expect(await task.value?.kind == .unavailable)
            #expect(await !connection.isUsable)
        }
    }

    @Test("leaves the outcome open when the link is lost before COMMIT is answered")
    func unknownOutcome() async throws {
        try await withTable("id INT PRIMARY KEY") { connection in
            let number = try await self.number(of: connection)
            let error = await failure {
                try await connection.transaction { () async throws(SQLError) in
                    try await connection.execute("INSERT INTO t VALUES (\(1))")
                    let observer = try await MySQLConnection.open(connectionOptions())
                    try await observer.run(script: "KILL CONNECTION \(number)")
                    await observer.close()
                }
            }
            #expect(error?.kind == .unknownOutcome)
        }
    }

    @Test("cannot begin where no server is, and the next host is tried")
    func hosts() async throws {
        var options = try connectionOptions()
        let there = options.hosts
        options.hosts = [MySQLHost(name: "127.0.0.1", port: 1)]
        let gone = options
        let error = await failure { try await MySQLConnection.open(gone) }
        #expect(error?.kind == .unavailable)
        #expect(error?.message.hasPrefix("127.0.0.1:1: ") == true)
        options.hosts += there
        let connection = try await MySQLConnection.open(options)
        #expect(connection.server == there[0].description)
        await connection.close()
    }

    @Test("is not let in with a wrong password, and the message holds none")
    func denied() async throws {
        var options = try connectionOptions()
        options.password = Secret("hunter2")
        let wrong = options
        let error = await failure { try await MySQLConnection.open(wrong) }
        #expect(error?.kind == .denied)
        #expect(error?.message.contains("check user and password") == true)
        #expect(error?.message.contains("hunter2") == false)
    }

    @Test("does not speak in the clear where TLS is wanted and the server has none")
    func noTLS() async throws {
        for mode in MySQLOptions.TLSMode.allCases where mode != .off {
            var options = try connectionOptions()
            options.tls = mode
            let wanting = options
            let error = await failure { try await MySQLConnection.open(wanting) }
            #expect(error?.message.contains("the server offers no TLS") == true, "\(mode)")
        }
    }

    private func number(of connection: MySQLConnection) async throws -> Int64 {
        try await connection.query("SELECT CONNECTION_ID()").first?.integer(0) ?? 0
    }

    private func isSleeping(
        _ number: Int64, seenBy observer: MySQLConnection
    ) async throws -> Bool {
        try await !observer.query(
            """
            SELECT 1 FROM information_schema.processlist
            WHERE id = \(number) AND info LIKE 'SELECT SLEEP%'
            """
        ).isEmpty
    }

    /// The server does not tell when it is so far: it is asked again and again.
    private func waitUntil(_ isSo: () async throws -> Bool) async throws {
        while try await !isSo() { await Task.yield() }
    }
}
