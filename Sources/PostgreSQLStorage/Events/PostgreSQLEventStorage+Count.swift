package import EventStore
import PostgreSQL
import SQL

extension PostgreSQLEventStorage {
    package func eventCount() async throws(StorageError) -> Int? {
        try await reading { rows async throws(SQLError) -> Int? in
            try await rows.connection.search("SELECT count(*) FROM event", within: rows.limit)
                .first.map { Int($0.integer(0)) }
        }
    }
}
