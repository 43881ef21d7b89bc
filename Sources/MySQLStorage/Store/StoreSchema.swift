import Migrations
import MySQL
import SQL

/// The schema that this build works with.
enum StoreSchema {
    /// Opens a connection to a database that this build can serve.
    ///
    /// - Throws: `.unavailable` where the schema is not there yet; the message says what to do.
    static func openServing(_ options: MySQLOptions) async throws(SQLError) -> MySQLConnection {
        let connection = try await MySQLConnection.open(options)
        do throws(SQLError) {
            let status = try await status(on: connection)
            if let obstacle = status.obstacle {
                throw SQLError(kind: .unavailable, code: 0, message: obstacle)
            }
            return connection
        } catch {
            await connection.close()
            throw error
        }
    }

    static func status(on connection: MySQLConnection) async throws(SQLError) -> SchemaStatus {
        try await LiveSchema(connection, .mysql).status(for: Migrations.mysql)
    }
}
