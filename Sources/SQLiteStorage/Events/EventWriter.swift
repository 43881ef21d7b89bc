import EventStore
import SQL
import SQLite
import Values

/// The one writer of a store: a database connection on a thread of its own, and what must change
/// together with it.
actor EventWriter {
    private nonisolated let executor = BlockingExecutor(label: "annals.sqlite.writer")
    private let database: Database
    private let tail: TailIndex
    private let identity: FileIdentity
    private let logSignal: LogSignal?
    private var types: EventTypeTable
    private var nextNumber: Int64
    /// Once a write has failed in a way that says nothing about what is on disk, no later one may
    /// be acknowledged: the kernel may have dropped the pages it could not write.
    private var failure: String?

    nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe executor.asUnownedSerialExecutor()
    }

    /// - Parameter logSignal: nil where SQLite is to move its log by itself.
    init(
        _ database: Database, path: String, tail: TailIndex, logSignal: LogSignal? = nil
    ) throws(SQLError) {
        self.database = database
        self.tail = tail
        self.logSignal = logSignal
        if logSignal != nil { database.takeOverCheckpoints() }
        identity = try FileIdentity(of: path)
        types = try EventTypeTable(in: database)
        let last = try database.first("SELECT max(number) FROM event") { $0.integer(0) } ?? 0
        nextNumber = try max(last, Run.lastIndexedNumber(in: database)) + 1
    }

    /// Why this writer takes nothing more; nil while it does.
    var failureReason: String? { failure ?? identityFailure }

    /// One durable transaction over all the events.
    func record(_ events: [PreparedEvent]) throws(SQLError) -> [RecordOutcome] {
        try run { database throws(SQLError) in
            var staged = StagedEvents(nextNumber: nextNumber, types: types)
            let outcomes = try database.transaction { () throws(SQLError) -> [RecordOutcome] in
                let outcomes = try events.map { event throws(SQLError) in
                    try staged.insert(event, in: database)
                }
                try staged.finish(in: database)
                return outcomes
            }
            nextNumber = staged.nextNumber
            types = staged.types
            tail.append(staged.accepted)
            return outcomes
        }
    }

    /// A transaction of the store's own housekeeping.
    func maintain<Output: Sendable>(
        _ work: (Database) throws(SQLError) -> Output
    ) throws(SQLError) -> Output {
        try run { database throws(SQLError) in
            try database.transaction { () throws(SQLError) in try work(database) }
        }
    }

    /// Pages in the log since it last began anew.
    var logPages: Int { database.logPages }

    /// Moves what is left of the log into the database file, while nobody writes.
    func checkpoint() throws(SQLError) -> Database.LogState {
        try guarded { database throws(SQLError) in try database.checkpoint() }
    }

    /// What was to be on disk may not be there: nothing more is taken.
    func stop(after error: SQLError) {
        failure = failure ?? error.message
    }

    /// The durability settings and the schema that are in force on the writer's connection.
    func inForce() throws(SQLError) -> ([DurabilitySetting], Int) {
        (try ConnectionSettings.durability(of: database), try Schema.version(of: database))
    }

    private func run<Output>(
        _ work: (Database) throws(SQLError) -> Output
    ) throws(SQLError) -> Output {
        let output = try guarded(work)
        logSignal?.tell(pages: database.logPages)
        return output
    }

    private func guarded<Output>(
        _ work: (Database) throws(SQLError) -> Output
    ) throws(SQLError) -> Output {
        if let reason = failureReason {
            throw SQLError(kind: .inputOutput, code: 0, message: reason)
        }
        do {
            return try work(database)
        } catch {
            if error.kind == .syncFailed || error.kind == .corrupt { stop(after: error) }
            throw error
        }
    }

    private var identityFailure: String? {
        identity.isUnchanged
            ? nil : "the database file was deleted or replaced while the service was running"
    }
}
