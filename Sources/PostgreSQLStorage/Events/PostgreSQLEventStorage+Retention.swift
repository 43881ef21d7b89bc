package import EventStore
import SQL
package import Values

extension PostgreSQLEventStorage {
    package func deleteEvents(
        before cutoff: Timestamp, of types: EventTypeSelection, batchSize: Int
    ) async throws(StorageError) -> Int {
        try await writing { connection async throws(SQLError) in
            try await Retention(connection: connection, types: links.types)
                .deleteEvents(before: cutoff, of: types, batchSize: batchSize)
        }
    }

    package func maintain(
        at now: Timestamp, droppingBefore cutoff: Timestamp?
    ) async throws(StorageError) -> Int {
        let gone = try await writing { connection async throws(SQLError) -> Int in
            let upkeep = PartitionUpkeep(
                connection: connection, options: links.options.server, sizes: links.sizes)
            _ = try await upkeep.prepare(at: now)
            try await upkeep.summarizeTimes()
            return try await upkeep.drop(before: cutoff)
        }
        links.partitions.forget()
        return gone
    }
}
