import PostgreSQL
import SQL
import Testing
import Values

@Suite("A database URL of PostgreSQL")
struct URLTests {
    static let locations = [
        ("postgresql://u:secret@db:5433/annals", "postgresql://u@db:5433/annals"),
        ("postgres://db/annals", "postgresql://db/annals"),
        ("postgresql://u:s%40x@a,b:5433/n?sslmode=verify-full", "postgresql://u@a,b:5433/n"),
        ("postgresql://u@a:1,b:2/n?password=secret", "postgresql://u@a:1,b:2/n"),
        ("postgresql://[::1]:5432/n", "postgresql://[::1]:5432/n"),
        ("postgresql:///n?host=/run/postgresql", "postgresql:///run/postgresql/n"),
        ("postgresql://%2Frun%2Fpostgresql/n", "postgresql:///run/postgresql/n"),
        ("postgresql:///?service=annals", "postgresql://?service=annals"),
        ("postgresql://db/n?connect_timeout=7&application_name=x", "postgresql://db/n"),
    ]

    @Test("is shown without its password", arguments: locations)
    func location(url: String, shown: String) throws {
        let options = try PostgreSQLOptions(url: url)
        #expect(options.location == shown)
        #expect(!"\(options)".contains("secret"))
    }

    @Test("gives its password and its time limit")
    func values() throws {
        var options = try PostgreSQLOptions(url: "postgresql://u:s%40x@db/n?connect_timeout=7")
        #expect(options.password?.reveal() == "s@x")
        #expect(options.connectTimeout == .seconds(7))
        options.password = Secret("other")
        #expect(options.password?.reveal() == "other")
    }

    static let wrong = [
        ("mysql://db/n", "does not begin with postgresql://"),
        ("postgresql://u:secret@db/n?sslmod=require", "no parameter named sslmod"),
        ("postgresql://u:secret%zz@db/n", "percent-encoded"),
        ("postgresql://u:secret@[::1/n", "]"),
        ("postgresql://u:secret@db/n?connect_timeout=soon", "connect_timeout"),
        ("postgresql://u:secret@db/n?sslmode", "missing"),
    ]

    @Test("is refused with a reason that shows no password", arguments: wrong)
    func refused(url: String, reason: String) {
        let error = #expect(throws: SQLError.self) { try PostgreSQLOptions(url: url) }
        #expect(error?.kind == .misuse)
        #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
        #expect(error?.message.contains("secret") == false, "\(error?.message ?? "")")
        #expect(error?.message.contains("Write postgresql://") == true)
    }

    @Test("leads nowhere where nobody listens, and the reason names the server")
    func nobody() async throws {
        let options = try PostgreSQLOptions(url: "postgresql://u:secret@127.0.0.1:1/n")
        let error = try await failure { _ = try await PostgreSQLConnection.open(options) }
        #expect(error?.kind == .unavailable)
        #expect(error?.message.contains("127.0.0.1") == true)
        #expect(error?.message.contains("\n") == false)
    }

    @Test("with a wrong password is denied, and the password not shown", .needsPostgreSQL)
    func denied() async throws {
        var options = try TestServer.options()
        options.password = Secret("not-the-password")
        let error = try await failure { _ = try await PostgreSQLConnection.open(options) }
        #expect(error?.kind == .denied)
        #expect(error?.message.contains("not-the-password") == false)
        #expect(error?.message.contains("pg_hba.conf") == true)
    }

    @Test("finds the server that takes writes among several", .needsPostgreSQL)
    func severalHosts() async throws {
        let url = try #require(TestServer.url)
        let place = try #require(url.split(separator: "@").last?.split(separator: "/").first)
        let several = url.replacing("@\(place)", with: "@127.0.0.1:1,\(place)")
        let connection = try await PostgreSQLConnection.open(PostgreSQLOptions(url: several))
        try await connection.ping()
    }
}
