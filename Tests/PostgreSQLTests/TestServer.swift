import Foundation
import PostgreSQL
import SQL
import Testing

/// The server that `scripts/test-servers` has started. Where there is none, the suites that need it
/// are disabled and say so.
enum TestServer {
    static let url = ProcessInfo.processInfo.environment["ANNALS_TEST_POSTGRESQL"]

    static func options() throws -> PostgreSQLOptions {
        try PostgreSQLOptions(url: url ?? "")
    }

    static func connect() async throws -> PostgreSQLConnection {
        try await PostgreSQLConnection.open(options())
    }
}

extension Trait where Self == ConditionTrait {
    static var needsPostgreSQL: Self {
        .enabled(
            if: TestServer.url != nil,
            "ANNALS_TEST_POSTGRESQL names no server; scripts/test-servers starts one")
    }
}

/// The failure that `body` ends with; nil where it succeeds.
func failure(of body: () async throws -> Void) async throws -> SQLError? {
    do {
        try await body()
        return nil
    } catch let error as SQLError {
        return error
    }
}
