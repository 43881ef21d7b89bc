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
}
