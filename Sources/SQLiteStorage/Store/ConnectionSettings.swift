import EventStore
import Glibc
import SQL
import SQLite

/// What every connection sets, and what the engine says is in force.
enum ConnectionSettings {
    static func prepareWriter(
        _ database: Database, _ options: SQLiteStoreOptions
    ) throws(SQLError) {
        try useLog(database, waiting: options.busyTimeout)
        switch options.synchronous {
        case .full: try database.query("PRAGMA synchronous = FULL") { _ in }
        case .normal: try database.query("PRAGMA synchronous = NORMAL") { _ in }
        }
        // 16 MiB of pages in memory; four times that changed nothing.
        try database.query("PRAGMA cache_size = -16384") { _ in }
        // For commands beside the service; the service has a `LogKeeper`.
        try database.query("PRAGMA wal_autocheckpoint = 16384") { _ in }
        try database.query("PRAGMA journal_size_limit = 134217728") { _ in }
    }

    /// A new file gets its log by whoever has it alone for that moment. SQLite does not let the others
    /// wait, of several programs that open it at once, but tells them that it is locked. Blocks its thread
    /// meanwhile, as SQLite does itself wherever it waits for a lock.
    private static func useLog(
        _ database: Database, waiting timeout: Duration
    ) throws(SQLError) {
        let end = ContinuousClock.now + timeout
        while true {
            do throws(SQLError) {
                return try database.query("PRAGMA journal_mode = WAL") { _ in }
            } catch {
                guard error.kind == .busy, .now < end else { throw error }
            }
            usleep(10_000)
        }
    }

    static func prepareReader(_ database: Database) throws(SQLError) {
        try database.query("PRAGMA query_only = ON") { _ in }
        try database.query("PRAGMA cache_size = -8192") { _ in }
    }

    /// Asked of the engine, not of our settings.
    static func durability(of database: Database) throws(SQLError) -> [DurabilitySetting] {
        let journal = try database.first("PRAGMA journal_mode") { $0.text(0) } ?? "unknown"
        let synchronous = try database.first("PRAGMA synchronous") { $0.integer(0) } ?? -1
        let names: [Int64: String] = [0: "OFF", 1: "NORMAL", 2: "FULL", 3: "EXTRA"]
        return [
            DurabilitySetting(name: "journal_mode", value: journal, isSafe: journal == "wal"),
            DurabilitySetting(
                name: "synchronous", value: names[synchronous] ?? "unknown",
                isSafe: synchronous >= 2),
        ]
    }
}
