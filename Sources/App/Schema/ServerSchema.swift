import Foundation
package import SQL

/// The schema of a database on a server.
package struct ServerSchema<Connection: SQLConnection>: StoreSchema {
    package let dialect: SchemaDialect
    package let migrations: [Migration]
    package let location: String
    private let expected: String
    private let connect: @Sendable () async throws(SQLError) -> Connection

    /// - Parameters:
    ///   - expected: what the steps make, as `SchemaDescription.init(text:)` reads it.
    ///   - location: without any secret.
    package init(
        _ dialect: SchemaDialect, _ migrations: [Migration], expected: String, location: String,
        connect: @escaping @Sendable () async throws(SQLError) -> Connection
    ) {
        self.dialect = dialect
        self.migrations = migrations
        self.expected = expected
        self.location = location
        self.connect = connect
    }

    package func history() async throws(SchemaError) -> SchemaHistory {
        try await advising { () throws(SchemaError) in try await migrator().history() }
    }

    package func description() async throws(SchemaError) -> SchemaDescription {
        try await advising { () throws(SchemaError) in try await migrator().description() }
    }

    package func expectation() throws(SchemaError) -> SchemaDescription {
        SchemaDescription(text: expected)
    }

    package func upgrade(
        _ scope: UpgradeScope, report: @escaping @Sendable (MigratorNews) -> Void
    ) async throws(SchemaError) -> [Migration] {
        try await advising { () throws(SchemaError) in
            try await migrator(report: report).upgrade(scope)
        }
    }

    private func migrator(
        report: @escaping @Sendable (MigratorNews) -> Void = { _ in }
    ) -> Migrator<Connection> {
        let process = ProcessInfo.processInfo
        return Migrator(
            dialect, migrations,
            runner: "\(process.hostName), process \(process.processIdentifier)",
            report: report, connect: connect)
    }

    /// Adds what the operator can do about a failure.
    private func advising<Output>(
        _ work: () async throws(SchemaError) -> Output
    ) async throws(SchemaError) -> Output {
        do throws(SchemaError) {
            return try await work()
        } catch .database(let error) {
            throw .database(
                SQLError(
                    kind: error.kind, code: error.code, state: error.state,
                    message: "\(location): \(error.message)\(advice(error))"))
        }
    }

    private func advice(_ error: SQLError) -> String {
        if dialect.isMissingDatabase(error) {
            return ". Create it as the server's administrator: \(dialect.creation)"
        }
        return switch error.kind {
        case .denied:
            ". See \"Rights\" in docs/operations.md for what the user of an upgrade needs."
        case .unknownOutcome, .unavailable, .deadlock:
            ". Nothing is lost: run the command again once the server is there."
        default: ""
        }
    }
}
