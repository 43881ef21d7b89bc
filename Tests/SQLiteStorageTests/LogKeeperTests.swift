import EventStore
import SQL
import SQLite
import StorageConformance
import Synchronization
import Testing
import Values

@testable import SQLiteStorage

@Suite("The log of a store")
struct LogKeeperTests {
    private static let longLog = 64

    @Test("is moved into the file and begins anew, with every event in it")
    func beginsAnew() async throws {
        try await withOpenStore { store in
            let count = try await recordUntilNew(store, from: 0)
            let storage = SQLiteEventStorage(store)
            try await #expect(storage.eventCount() == count)
        }
    }

    @Test("grows while a reader stays in it, and begins anew once that one has gone")
    func heldByReader() async throws {
        try await withOpenStore { store in
            try await record(0..<10, in: store)
            let reader = try SQLiteConnection(
                path: store.options.path, access: .readWrite, busyTimeout: .seconds(60),
                label: "reader"
            ) { _ in }
            try await run("BEGIN; SELECT count(*) FROM event;", on: reader)
            var next = 10
            while await store.writer.logPages < 10 * Self.longLog {
                try await record(next..<next + 10, in: store)
                next += 10
            }
            try await run("ROLLBACK", on: reader)
            let count = try await recordUntilNew(store, from: next)
            let storage = SQLiteEventStorage(store)
            try await #expect(storage.eventCount() == count)
        }
    }

    @Test(
        "that cannot be moved stays; where the disk may have lost something nothing more is taken",
        arguments: [(SQLError.Kind.full, true), (.busy, true), (.syncFailed, false)])
    func failures(kind: SQLError.Kind, goesOn: Bool) async throws {
        try await withOpenStore { store in
            let failure = SQLError(kind: kind, code: 1, message: "the disk")
            let reported = Mutex<[SQLError.Kind]>([])
            let keeper = LogKeeper(
                writer: store.writer, longLog: 0,
                report: { error in reported.withLock { $0.append(error.kind) } }
            ) { () throws(SQLError) in throw failure }
            let (signals, continuation) = AsyncStream.makeStream(of: Void.self)
            continuation.yield()
            continuation.finish()
            await keeper.run(signals)
            #expect(reported.withLock(\.self) == (kind == .busy ? [] : [kind]))
            #expect(await store.writer.failureReason == (goesOn ? nil : "the disk"))
        }
    }

    private func withOpenStore(_ body: (SQLiteStore) async throws -> Void) async throws {
        try await withTemporaryStore { place in
            var options = place.options
            options.longLog = Self.longLog
            let store = try SQLiteStore(options, as: .serving)
            try await body(store)
            await store.close()
        }
    }

    private func run(_ script: String, on connection: SQLiteConnection) async throws {
        try await connection.run { database throws(SQLError) in try database.run(script: script) }
    }

    private func record(_ numbers: Range<Int>, in store: SQLiteStore) async throws {
        let storage = SQLiteEventStorage(store)
        for number in numbers {
            let raw = JSONText(canonical: String(repeating: "1", count: 5000))
            let event = Event.sample("\(number)", second: number, raw: raw)
            try await #expect(storage.record([IncomingEvent(event)]) == [.accepted])
        }
    }

    /// - Returns: how many events the store then has.
    private func recordUntilNew(_ store: SQLiteStore, from first: Int) async throws -> Int {
        var wasLong = false
        for number in first..<first + 20_000 {
            try await record(number..<number + 1, in: store)
            let isLong = await store.writer.logPages >= Self.longLog
            if wasLong, !isLong { return number + 1 }
            wasLong = isLong
        }
        Issue.record("the log never began anew")
        return 0
    }
}
