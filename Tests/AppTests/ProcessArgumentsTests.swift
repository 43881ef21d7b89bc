import Testing

@testable import App

@Suite("The command line that others see")
struct ProcessArgumentsTests {
    @Test(
        "shows no password",
        arguments: [
            ("postgresql://me:secret@host/name", "postgresql://me:******@host/name"),
            (
                "mysql://me:se@cr:et@h1,h2:3306/n?tls=off",
                "mysql://me:********@h1,h2:3306/n?tls=off"
            ),
            ("--database.url=mysql://me:x@h/n", "--database.url=mysql://me:*@h/n"),
            ("postgresql://h/n?password=abc&sslmode=require", nil),
            ("--database.password=abc", "--database.password=***"),
            (
                "--keystone.application_credential_secret=abc",
                "--keystone.application_credential_secret=***"
            ),
            ("sqlite:///var/lib/annals.db", "sqlite:///var/lib/annals.db"),
            ("postgresql://me@host:5432/name", "postgresql://me@host:5432/name"),
            ("serve", "serve"),
        ])
    func hidden(argument: String, shown: String?) {
        var bytes = Array(argument.utf8)
        for place in ProcessArguments.secretPlaces(in: bytes) { bytes[place] = UInt8(ascii: "*") }
        let shown = shown ?? "postgresql://h/n?password=***&sslmode=require"
        #expect(String(decoding: bytes, as: UTF8.self) == shown)
    }

    @Test(
        "hides the word behind the option, and only behind that one",
        arguments: [
            "--database.password", "--keystone.password",
            "--keystone.application_credential_secret",
        ])
    func separate(name: String) {
        let option = Array(name.utf8)
        let word = Array("abc".utf8)
        #expect(ProcessArguments.secretPlaces(in: word, after: option) == [0, 1, 2])
        let file = Array("\(name)_file".utf8)
        #expect(ProcessArguments.secretPlaces(in: word, after: file).isEmpty)
    }
}
