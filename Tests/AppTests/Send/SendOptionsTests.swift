import TestSupport
import Testing
import Values

@testable import App

@Suite("What annals send is told")
struct SendOptionsTests {
    @Test(
        "a server without a path means its events",
        arguments: [
            ("https://a", "https://a/v2/events"), ("https://a:1/", "https://a:1/v2/events"),
            ("https://a/v2/events", "https://a/v2/events"), ("http://a/b/", "http://a/b/"),
        ])
    func target(given: String, used: String) throws {
        var words = SendOptions.Words()
        words.environment = ["SEND_URL": given]
        #expect(try SendOptions(words).url == used)
    }

    @Test("what is missing or cannot be read is named")
    func problems() throws {
        let scratch = try Scratch()
        try scratch.write("\n", to: "empty")
        let changes: [(String, (inout SendOptions.Words) -> Void)] = [
            ("--url", { $0.url = nil }), ("--url", { $0.url = "annals.example" }),
            ("--user", { $0.user = "a" }),
            ("--password-file", { $0.passwordFile = scratch.path("none") }),
            ("--signing-secret-file", { $0.signingSecretFile = scratch.path("empty") }),
            ("--ca", { $0.authorities = scratch.path("none") }),
            ("--key", { $0.key = scratch.path("empty") }),
        ]
        for (option, change) in changes {
            var words = SendOptions.Words()
            words.url = "https://a"
            change(&words)
            let error = #expect(throws: SettingsError.self) { try SendOptions(words) }
            #expect(error?.problems.first?.hasPrefix(option) == true)
        }
    }

    @Test("a token of the environment is used where nothing else says who we are")
    func token() throws {
        let scratch = try Scratch()
        try scratch.write("secret\nmore", to: "secret")
        var words = SendOptions.Words()
        words.url = "https://a"
        words.environment = ["OS_TOKEN": "t", "SEND_PASSWORD": "p"]
        #expect(try SendOptions(words).credentials.token?.reveal() == "t")
        words.user = "u"
        let basic = try SendOptions(words).credentials
        #expect(basic.token == nil)
        #expect(basic.basic?.password.reveal() == "p")
        words.user = nil
        words.signingSecretFile = scratch.path("secret")
        let signed = try SendOptions(words).credentials
        #expect(signed.token == nil)
        #expect(signed.signingSecret?.reveal() == "secret")
    }

    @Test("credentials over plain HTTP are warned of", arguments: [("http", 1), ("https", 0)])
    func plain(scheme: String, count: Int) throws {
        var words = SendOptions.Words()
        words.url = "\(scheme)://a"
        words.environment = ["OS_TOKEN": "t"]
        #expect(try SendOptions(words).warnings.count == count)
    }
}
