import Foundation

/// A database server that tests may use, and a name for a database of one test's own in it.
///
/// `scripts/test-servers` starts the servers and says where they are. A suite of an engine is
/// enabled only where its server is there; `make test` sees to it that the wanted ones are:
///
///     @Suite(.enabled(if: EngineDatabase.postgresql.isThere, EngineDatabase.comment))
package enum EngineDatabase: String, Sendable, CaseIterable {
    case postgresql = "ANNALS_TEST_POSTGRESQL"
    case mysql = "ANNALS_TEST_MYSQL"

    /// Why a suite is disabled.
    package static let comment = "Needs a server: scripts/test-servers -- swift test"

    /// The `database.url` of a superuser, whose database is not to be written to.
    package var url: String? {
        let value = ProcessInfo.processInfo.environment[rawValue]
        return value?.isEmpty == false ? value : nil
    }

    package var isThere: Bool { url != nil }

    /// The same server and user, another database. Nil where there is no server.
    package func url(of database: String) -> String? {
        guard let url, var components = URLComponents(string: url) else { return nil }
        components.path = "/" + database
        return components.string
    }

    /// A name that no other test takes: plain ASCII, 44 characters, needs no quotes in SQL.
    package static func freshName() -> String {
        let unique = UUID().uuidString.lowercased().replacing("-", with: "")
        return "annals_test_\(unique)"
    }
}
