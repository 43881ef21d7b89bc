import Migrations
import MySQL
import PostgreSQL
import SQL

extension DatabaseSettings {
    /// The schema of the store that `database.url` names.
    package var schema: any StoreSchema {
        switch url {
        case .sqlite(let path, let synchronous):
            SQLiteSchema(sqliteOptions(path, synchronous))
        case .postgresql(let options):
            ServerSchema(
                .postgresql, Migrations.postgresql, expected: Migrations.postgresqlExpectation,
                location: options.location
            ) { () async throws(SQLError) in
                try await PostgreSQLConnection.open(options)
            }
        case .mysql(let options):
            ServerSchema(
                .mysql, Migrations.mysql, expected: Migrations.mysqlExpectation,
                location: options.location
            ) { () async throws(SQLError) in
                try await MySQLConnection.open(options)
            }
        }
    }
}
