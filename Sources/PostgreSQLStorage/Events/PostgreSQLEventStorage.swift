package import EventStore
import Metrics
import PostgreSQL
import SQL
import SQLStorage
import Values

/// Events in PostgreSQL: one log in partitions, an id table beside it.
package final class PostgreSQLEventStorage: EventStorage {
    let links: StoreLinks
    private let retry: TransactionRetry

    init(_ links: StoreLinks) {
        self.links = links
        let retries = Counter(label: "store_retries", dimensions: [("engine", "postgresql")])
        retry = TransactionRetry { _ in retries.increment() }
    }

    package func record(_ events: [IncomingEvent]) async throws(StorageError) -> [RecordOutcome] {
        if events.isEmpty { return [] }
        let group = EventGroup(events)
        return try await storing { () async throws(SQLError) -> [RecordOutcome] in
            // Places whose ids attempts with an unknown outcome have taken.
            var earlier: Set<Int> = []
            return try await retry.run { () async throws(SQLError) -> [RecordOutcome] in
                try await links.writers.withConnection {
                    connection async throws(SQLError) -> [RecordOutcome] in
                    let writer = EventWriter(
                        connection: connection, types: links.types,
                        smallestCopy: links.sizes.smallestCopy)
                    var taken: [Int] = []
                    do throws(SQLError) {
                        let stored = try await writer.write(group, earlier: earlier) { taken = $0 }
                        return group.outcomes(stored)
                    } catch {
                        if error.kind == .unknownOutcome { earlier.formUnion(taken) }
                        throw error
                    }
                }
            }
        }
    }

    package func event(
        _ messageID: String, visibleTo visibility: Visibility
    ) async throws(StorageError) -> Event? {
        if messageID.holdsNUL { return nil }
        return try await reading { rows async throws(SQLError) in
            try await rows.event(messageID: messageID, where: visibility.admits)
        }
    }

    package func events(matching query: EventQuery) async throws(StorageError) -> [Event] {
        guard let query = query.withoutNUL else { return [] }
        return try await reading { rows async throws(SQLError) in
            try await EventReader(rows: rows, partitions: links.partitions).events(matching: query)
        }
    }

    package func status() async -> StorageStatus {
        var status = StorageStatus(
            engine: "postgresql", engineVersion: "",
            location: links.options.connection.location, schemaVersion: 0,
            schemaWanted: StoreFacts.schemaWanted, durability: [], failure: nil)
        do throws(SQLError) {
            // A link that the server closed for idleness says nothing of the server.
            let facts = try await TransactionRetry { _ in }.run { () async throws(SQLError) in
                try await links.writers.withConnection {
                    connection async throws(SQLError) in try await StoreFacts(of: connection)
                }
            }
            status.engineVersion = facts.version
            status.schemaVersion = facts.schemaVersion
            status.durability = facts.durability
            status.failure = facts.schemaProblem
        } catch {
            status.failure = error.message
        }
        status.connections = StorageConnections(
            await [links.writers.status, links.readers.status])
        return status
    }

    /// Lends a reading connection. A lost link is replaced once: reading is safe to repeat.
    func reading<Output: Sendable>(
        _ work: (EventRows) async throws(SQLError) -> Output
    ) async throws(StorageError) -> Output {
        try await storing { () async throws(SQLError) -> Output in
            try await retry.run { () async throws(SQLError) -> Output in
                try await links.readers.withConnection {
                    connection async throws(SQLError) -> Output in
                    try await work(
                        EventRows(
                            connection: connection, types: links.types,
                            sizes: links.sizes, limit: links.options.server.queryTimeout))
                }
            }
        }
    }

    /// Runs one transaction on a writing connection, again where that helps.
    func writing<Output: Sendable>(
        _ work: (PostgreSQLConnection) async throws(SQLError) -> Output
    ) async throws(StorageError) -> Output {
        try await storing { () async throws(SQLError) -> Output in
            try await retry.run { () async throws(SQLError) -> Output in
                try await links.writers.withConnection(work)
            }
        }
    }

    /// The one place where the engine's failure becomes the store's.
    private func storing<Output>(
        _ work: () async throws(SQLError) -> Output
    ) async throws(StorageError) -> Output {
        do throws(SQLError) {
            return try await work()
        } catch {
            // Undefined table, column, schema: ours is not there, or not all of it.
            if ["42P01", "42703", "3F000"].contains(error.state) {
                throw .unavailable(detail: await schemaProblem())
            }
            throw StorageError(error)
        }
    }

    private func schemaProblem() async -> String {
        do throws(SQLError) {
            let facts = try await links.readers.withConnection {
                connection async throws(SQLError) in try await StoreFacts(of: connection)
            }
            return StoreFacts.problem(with: facts.schemaVersion)
        } catch {
            return StoreFacts.problem(with: 0)
        }
    }
}
