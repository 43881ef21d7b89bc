package import PostgreSQL
package import SQLStorage

/// How a store on PostgreSQL is opened.
package struct PostgreSQLStoreOptions: Sendable, Equatable {
    package var connection: PostgreSQLOptions
    package var server: ServerStoreOptions

    package init(
        connection: PostgreSQLOptions, server: ServerStoreOptions = ServerStoreOptions()
    ) {
        self.connection = connection
        self.server = server
    }
}
