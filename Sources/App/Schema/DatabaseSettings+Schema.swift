import Migrations
import MySQL
import PostgreSQL
import SQL

extension DatabaseSettings {
    /// The schema of the store that `database.url` names. Nothing is opened yet.
    package var schema: any StoreSchema {
        switch url {
        case .sqlite(let path, let synchronous):
            return SQLiteSchema(sqliteOptions(path, synchronous))
        case .postgresql(var options):
            options.connectTimeout = connectTimeout
            // A runner asks little and works through every pooler this way.
            options.usesPreparedStatements = false
            return ServerSchema(
                .postgresql, Migrations.postgresql, expected: Migrations.postgresqlExpectation,
                location: options.location
            ) { [options] () throws(SQLError) in try await PostgreSQLConnection.open(options) }
        case .mysql(var options):
            options.connectTimeout = connectTimeout
            return ServerSchema(
                .mysql, Migrations.mysql, expected: Migrations.mysqlExpectation,
                location: options.location
            ) { [options] () throws(SQLError) in try await MySQLConnection.open(options) }
        }
    }
}
