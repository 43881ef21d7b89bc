import SQL
import Testing
import Values

@testable import MySQL

@Suite("The URL of a MySQL database")
struct OptionsTests {
    @Test("names hosts, user, password, database and TLS")
    func everything() throws {
        let options = try MySQLOptions(
            url: "mysql://ann%40x:p%3As%2Fw@db1,db2:3307,[::1]:3308/n%C3%A4me"
                + "?tls=verify_identity&ca=/etc/ca.pem&cert=c.pem&key=k.pem")
        #expect(options.user == "ann@x")
        #expect(options.password?.reveal() == "p:s/w")
        #expect(options.database == "näme")
        #expect(
            options.hosts == [
                MySQLHost(name: "db1"), MySQLHost(name: "db2", port: 3307),
                MySQLHost(name: "::1", port: 3308),
            ])
        #expect(options.tls == .verifyIdentity)
        #expect(options.ca == "/etc/ca.pem")
        #expect(options.certificate == "c.pem")
        #expect(options.key == "k.pem")
        #expect(options.location == "db1:3306,db2:3307,[::1]:3308/näme")
    }

    @Test("may name a socket instead of a host, and no password")
    func socket() throws {
        let options = try MySQLOptions(url: "mysql://annals@/annals?socket=/run/mysqld/mysqld.sock")
        #expect(options.socket == "/run/mysqld/mysqld.sock")
        #expect(options.password == nil)
        #expect(options.location == "/run/mysqld/mysqld.sock/annals")
    }

    @Test(
        "asks for TLS wherever something leaves this machine",
        arguments: [
            ("mysql://u@db/n", MySQLOptions.TLSMode.required), ("mysql://u@127.0.0.1/n", .off),
            ("mysql://u@localhost/n", .off), ("mysql://u@[::1]/n", .off),
            ("mysql://u@db/n?tls=off", .off), ("mysql://u@127.0.0.1/n?tls=required", .required),
            ("mysql://u@db/n?ca=x.pem", .verifyIdentity), ("mysql://u@/n?socket=s", .off),
        ])
    func encryption(url: String, mode: MySQLOptions.TLSMode) throws {
        let options = try MySQLOptions(url: url)
        #expect(options.encryption(to: options.hosts[0]) == mode)
    }

    @Test(
        "is refused with a sentence that says what to write",
        arguments: [
            ("postgresql://u@h/n", "must begin with mysql://"),
            ("mysql://u@h", "names no database"), ("mysql://u@h/", "names no database"),
            ("mysql://h/n", "names no user"), ("mysql://u@/n", "names no host"),
            ("mysql://u@h:0/n", "\"0\" is no port"), ("mysql://u@h:x/n", "\"x\" is no port"),
            ("mysql://u@h/n?tsl=off", "parameter \"tsl\""),
            ("mysql://u@h/n?tls=on", "tls=on is none"),
            ("mysql://u@h/n?tls", "has no value"), ("mysql://u@h/n?ca=a&ca=b", "twice"),
            ("mysql://u@h/n?cert=c", "needs its key"), ("mysql://u:p%@h/n", "write %25 for a %"),
            ("mysql://u:p%FF@h/n", "no UTF-8"), ("mysql://u@[::1/n", "is no host"),
        ])
    func refused(url: String, reason: String) {
        do throws(SQLError) {
            _ = try MySQLOptions(url: url)
            Issue.record("\(url) was taken")
        } catch {
            #expect(error.kind == .misuse)
            #expect(error.message.contains(reason), "\(error.message)")
        }
    }

    @Test("never shows its password")
    func secret() throws {
        let options = try MySQLOptions(url: "mysql://u:hunter2@h/n?tls=required")
        #expect(!"\(options)".contains("hunter2"))
        #expect(!options.location.contains("hunter2"))
        var text = ""
        dump(options, to: &text)
        #expect(!text.contains("hunter2"))
    }

    @Test(
        "whose server cannot be trusted is told apart",
        arguments: [
            ("TLS/SSL error: certificate has expired", "has expired; renew it"),
            ("TLS/SSL error: unable to get local issuer certificate", "name the right file in ca="),
            ("TLS/SSL error: self-signed certificate in certificate chain", "nobody we trust"),
            ("TLS/SSL error: Validation of SSL server certificate failed", "not made out to db1"),
            (
                "SSL connection error: SSL is required, but the server does not support it",
                "offers no TLS"
            ),
        ])
    func trust(message: String, advice: String) throws {
        let options = try MySQLOptions(url: "mysql://u@db1/n?tls=verify_identity")
        let error = ConnectFailure(options, options.hosts[0]).error(
            SQLError(code: 2026, state: "HY000", message: message))
        #expect(error.kind == .unavailable)
        #expect(error.message.contains(advice), "\(error.message)")
        #expect(error.message.hasPrefix("db1:3306: "))
    }
}
