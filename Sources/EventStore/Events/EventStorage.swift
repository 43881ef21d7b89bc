package import Values

/// Where events live. Every driver passes `EventStorageCheck.all`, which is this contract in code.
package protocol EventStorage: Sendable {
    /// Stores events exactly once by `messageID`, in one durable transaction.
    ///
    /// - Parameter events: any number, also with the same id twice: the first one wins.
    /// - Returns: one outcome per event, in order. When this returns, what was `.accepted` survives a
    ///   crash of the process and of the machine.
    /// - Throws: nothing of the batch is promised then; sending it again is safe.
    func record(_ events: [IncomingEvent]) async throws(StorageError) -> [RecordOutcome]

    /// The first `query.limit` events that match, in `query.order`, after `query.after`; fewer where
    /// there are no more, or where the page is full by `query.mostBytes`.
    ///
    /// Sees every event whose `record` returned before the call. Memory is the answer's: callers
    /// that want many rows page with `after`.
    func events(matching query: EventQuery) async throws(StorageError) -> [Event]

    /// The event of that id, if the caller may see it.
    func event(_ messageID: String, visibleTo visibility: Visibility)
        async throws(StorageError) -> Event?

    /// The types of the visible events, each once, in the order of their bytes.
    func eventTypes(visibleTo visibility: Visibility) async throws(StorageError) -> [String]

    /// The names and types of the traits that visible events of `eventType` have, each pair once:
    /// in the order of `TraitType`, then by name.
    func traitDescriptions(of eventType: String, visibleTo visibility: Visibility)
        async throws(StorageError) -> [TraitDescription]

    /// Deletes events that are too old, oldest first.
    ///
    /// - Parameters:
    ///   - cutoff: events generated strictly before it go.
    ///   - types: of these types only.
    ///   - batchSize: most events to delete in this call; keeps locks short. At least 1.
    /// - Returns: how many went; fewer than `batchSize` means that none is left.
    func deleteEvents(before cutoff: Timestamp, of types: EventTypeSelection, batchSize: Int)
        async throws(StorageError) -> Int

    /// Makes room for the events to come, and drops what has outlived every rule as a whole where
    /// the engine can do that more cheaply than event by event. Called at start and once in a while;
    /// several instances may call it at once.
    ///
    /// - Parameters:
    ///   - now: the present, so that tests can move it.
    ///   - cutoff: every event generated before it may go, whatever its type; nil keeps all.
    /// - Returns: how many events went.
    func maintain(at now: Timestamp, droppingBefore cutoff: Timestamp?)
        async throws(StorageError) -> Int

    /// How many events there are, counted by the engine as fast as it can: for an operator's
    /// command, not for requests. Nil where the driver has no better way than to read them all.
    func eventCount() async throws(StorageError) -> Int?

    /// What is in force now; cheap enough to ask every few seconds.
    func status() async -> StorageStatus
}

extension EventStorage {
    /// Nothing to prepare, and nothing that goes as a whole.
    package func maintain(
        at now: Timestamp, droppingBefore cutoff: Timestamp?
    ) async throws(StorageError) -> Int { 0 }

    package func eventCount() async throws(StorageError) -> Int? { nil }

    package func deleteEvents(
        before cutoff: Timestamp, batchSize: Int
    ) async throws(StorageError) -> Int {
        try await deleteEvents(before: cutoff, of: .all, batchSize: batchSize)
    }
}

/// Which event types a rule of retention is about.
package enum EventTypeSelection: Sendable, Hashable {
    case all
    case only(String)
    /// All that have no rule of their own.
    case allExcept([String])

    package func includes(_ eventType: String) -> Bool {
        switch self {
        case .all: true
        case .only(let type): type.isExactly(eventType)
        case .allExcept(let types): !types.contains { $0.isExactly(eventType) }
        }
    }
}

/// SHA-256 of some bytes: 32 bytes. Given to whoever builds an `IncomingEvent`, so that cryptography
/// stays in its own room.
package typealias ContentDigest = @Sendable (_ bytes: [UInt8]) -> [UInt8]

/// An event on its way in, with the digest that tells the same content from other content.
package struct IncomingEvent: Sendable {
    package let event: Event
    /// SHA-256 of `event.contentBytes()`; 32 bytes.
    package let digest: [UInt8]

    /// As every way into the store makes it, so that an event that comes in twice by two ways is a
    /// duplicate.
    package init(_ event: Event, digest: ContentDigest) {
        self.init(event: event, digest: digest(event.contentBytes()))
    }

    package init(event: Event, digest: [UInt8]) {
        self.event = event
        self.digest = digest
    }
}

/// What became of one event of a batch.
package enum RecordOutcome: Sendable, Hashable {
    case accepted
    /// The same id with the same content is stored already.
    case duplicate
    /// The same id with other content is stored already, and stays.
    case conflict
}
