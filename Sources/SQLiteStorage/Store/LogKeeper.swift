import EventStore
import SQL
import SQLite

/// Moves what the log holds into the database file, beside the writer.
///
/// A checkpoint of SQLite's own runs within a commit: for each 64 MiB of log all publishers waited
/// 12 to 40 ms. This one works on a connection of its own, and commits go on. What they add is moved
/// in a second pass, and what they add to that by the writer: only while nobody writes can the log be
/// moved to its end, so that it begins anew and does not grow for ever.
struct LogKeeper: Sendable {
    let writer: EventWriter
    /// Moves what there is, and brings it to the disk.
    let pass: @Sendable () async throws(SQLError) -> Void
    /// Pages from which on the log is long.
    let longLog: Int
    /// Told what failed; the log holds all of it, and is moved later.
    let report: @Sendable (SQLError) -> Void

    init(
        writer: EventWriter, longLog: Int, report: @escaping @Sendable (SQLError) -> Void,
        pass: @escaping @Sendable () async throws(SQLError) -> Void
    ) {
        self.writer = writer
        self.pass = pass
        self.longLog = longLog
        self.report = report
    }

    init(
        writer: EventWriter, connection: SQLiteConnection, longLog: Int,
        report: @escaping @Sendable (SQLError) -> Void
    ) {
        self.init(writer: writer, longLog: longLog, report: report) { () async throws(SQLError) in
            try await connection.run { database throws(SQLError) in
                _ = try database.checkpoint()
                try database.syncFile()
            }
        }
    }

    /// Until the signals end: one comes with every commit while the log is long.
    func run(_ signals: AsyncStream<Void>) async {
        var last = 0
        var due = longLog
        for await _ in signals {
            let pages = await writer.logPages
            if pages < last { due = longLog }  // It began anew.
            last = pages
            guard pages >= due else { continue }
            // A reader may hold back what is to be moved, or, for a moment, the new beginning.
            due = pages + (await isMoved() ? longLog / 16 : longLog)
        }
    }

    /// - Returns: whether all of the log is in the file.
    private func isMoved() async -> Bool {
        do throws(SQLError) {
            try await pass()
            try await pass()
            let end = try await writer.checkpoint()
            return end.moved == end.pages
        } catch {
            if error.kind == .syncFailed { await writer.stop(after: error) }
            // Busy: a backup or another process is at it.
            if error.kind != .busy { report(error) }
            return false
        }
    }
}

/// Where the writer tells of a long log.
struct LogSignal: Sendable {
    /// Pages from which on it is one.
    let longLog: Int
    let continuation: AsyncStream<Void>.Continuation

    func tell(pages: Int) {
        if pages >= longLog { continuation.yield() }
    }
}
