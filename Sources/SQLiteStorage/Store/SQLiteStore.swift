import EventStore
import SQLStorage
package import SQL
package import SQLite
import Values

/// The connections to one database file, and what is shared between them.
///
/// `SQLiteEventStorage` speaks the store's verbs over it; the commands beside a running service use
/// it, too.
package final class SQLiteStore: Sendable {
    package let options: SQLiteStoreOptions
    let writer: EventWriter
    let readers: ResourcePool<SQLiteConnection>
    let tail: TailIndex
    let names: EventTypeNames
    private let keeper: RunKeeper
    /// One process writes runs, the serving one: two would index the same events twice.
    private let keepsIndex: Bool
    /// The serving process moves the log; beside it SQLite does so within commits, which are few.
    private let logSignal: LogSignal?
    /// Moves the log into the file, until the signals end.
    private let logWork: Task<Void, Never>?
    /// Held for as long as this process serves the file.
    private let lock: ServingLock?

    package enum Role: Sendable {
        /// The one process that takes events in. Creates and upgrades the file.
        case serving
        /// A command beside a running service; the file must be there with our schema.
        case beside
    }

    /// - Parameter report: told when the upkeep of the index fails; publishers do not notice.
    package init(
        _ options: SQLiteStoreOptions, as role: Role,
        report: @escaping @Sendable (SQLError) -> Void = { _ in }
    ) throws(SQLiteStoreError) {
        lock = role == .serving ? try Self.lock(options.path) : nil
        self.options = options
        tail = TailIndex(options.sizes)
        names = EventTypeNames()
        do throws(SQLError) {
            let database = try Self.openWriter(options, role)
            try Self.loadTail(tail, from: database, names)
            let (signals, continuation) = AsyncStream.makeStream(
                of: Void.self, bufferingPolicy: .bufferingNewest(1))
            logSignal =
                role == .serving
                ? LogSignal(longLog: options.longLog, continuation: continuation) : nil
            writer = try EventWriter(
                database, path: options.path, tail: tail, logSignal: logSignal)
            var connections: [SQLiteConnection] = []
            for index in 0..<max(1, options.readers) {
                connections.append(try Self.openReader(options, "annals.sqlite.reader.\(index)"))
            }
            readers = ResourcePool(connections)
            keeper = RunKeeper(
                writer: writer, reader: try Self.openReader(options, "annals.sqlite.keeper"),
                tail: tail, names: names, sizes: options.sizes, report: report)
            keepsIndex = role == .serving
            guard keepsIndex else {
                logWork = nil
                return
            }
            let logKeeper = LogKeeper(
                writer: writer, connection: try Self.openReader(options, "annals.sqlite.log"),
                longLog: options.longLog, report: report)
            logWork = Task { await logKeeper.run(signals) }
        } catch {
            throw .database(path: options.path, error)
        }
    }

    deinit { logSignal?.continuation.finish() }

    /// Applies what is missing of the schema.
    ///
    /// - Returns: the steps that were applied; empty where there was nothing to do.
    package static func upgrade(
        _ options: SQLiteStoreOptions, _ scope: UpgradeScope = .everything
    ) throws(SQLiteStoreError) -> [Migration] {
        do throws(SQLError) {
            let database = try Database(
                path: options.path, access: .readWriteCreate, busyTimeout: options.busyTimeout)
            try ConnectionSettings.prepareWriter(database, options)
            return try Schema.upgrade(database, scope)
        } catch {
            throw .database(path: options.path, error)
        }
    }

    /// Lets the upkeep of the index begin, where there is something to do.
    func wakeKeeper() async {
        if keepsIndex { await keeper.wake() }
    }

    /// Waits until the oldest part of the tail is a run, or cannot be made one.
    func segmentWritten() async {
        if keepsIndex { await keeper.segmentWritten() }
    }

    /// Waits until the index is in shape: full segments written, runs merged, old ones deleted.
    package func settle() async {
        if keepsIndex { await keeper.finish() }
    }

    /// Ends the work on index and log. Nothing acknowledged depends on it.
    package func close() async {
        logSignal?.continuation.finish()
        await keeper.close()
        await logWork?.value
    }

    private static func lock(_ path: String) throws(SQLiteStoreError) -> ServingLock {
        do throws(ServingLock.Failure) {
            return try ServingLock(database: path)
        } catch {
            throw .notServing(error)
        }
    }

    private static func openWriter(
        _ options: SQLiteStoreOptions, _ role: Role
    ) throws(SQLError) -> Database {
        let database = try Database(
            path: options.path, access: role == .serving ? .readWriteCreate : .readWrite,
            busyTimeout: options.busyTimeout)
        try ConnectionSettings.prepareWriter(database, options)
        if role == .serving { try Schema.prepare(database) }
        if let obstacle = try Schema.status(of: database).obstacle {
            throw SQLError(kind: .other, code: 0, message: obstacle)
        }
        return database
    }

    private static func openReader(
        _ options: SQLiteStoreOptions, _ label: String
    ) throws(SQLError) -> SQLiteConnection {
        try SQLiteConnection(
            path: options.path, access: .readWrite, busyTimeout: options.busyTimeout, label: label,
            configure: ConnectionSettings.prepareReader)
    }

    /// What no run indexes is indexed in memory again.
    private static func loadTail(
        _ tail: TailIndex, from database: Database, _ names: EventTypeNames
    ) throws(SQLError) {
        let rows = EventRows(database: database, names: names)
        let indexed = try Run.lastIndexedNumber(in: database)
        var events: [TailEvent] = []
        try database.query(
            """
            SELECT message_id, event_type_id, generated, traits, raw, number FROM event
            WHERE number > ?1 ORDER BY number
            """, [.integer(indexed)]
        ) { row throws(SQLError) in
            let event = try rows.event(from: EventRow(row))
            events.append(
                TailEvent(
                    number: row.integer(5), position: EventPosition(of: event),
                    keys: IndexKey.all(of: event)))
        }
        tail.append(events)
    }
}

/// Why a store could not be opened.
package enum SQLiteStoreError: Error, Sendable, CustomStringConvertible {
    case notServing(ServingLock.Failure)
    case database(path: String, SQLError)

    package var description: String {
        switch self {
        case .notServing(.held(let held)):
            held.description
        case .notServing(.cannotOpen(let path, let reason)):
            "The lock file \(path) cannot be opened: \(reason). Check that its directory is there "
                + "and can be written."
        case .database(let path, let error):
            "The database \(path) cannot be used: \(error.message)"
                + (error.message.hasSuffix(".") ? "" : ".")
        }
    }
}
