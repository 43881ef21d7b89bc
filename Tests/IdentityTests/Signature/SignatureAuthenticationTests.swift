import Foundation
import HTTP
import Identity
import Logging
import OpenSSL
import Synchronization
import TestSupport
import Testing

@Suite("Publishers that sign")
struct SignatureAuthenticationTests {
    static let old = "0123456789abcdef-old"
    static let new = "0123456789abcdef-new"
    static let file = """
        - {id: old, secret: \(old), roles: [service], user_id: u-1}
        - {id: new, secret: "\(new)", roles: [service], user_id: u-2, project_id: p}
        """
    static let now = 1_700_000_000
    private static let body = #"[{"message_id": "a"}]"#

    /// What is changed of a request that is good as it is.
    struct Case: Sendable, CustomTestStringConvertible {
        var method = "POST"
        var path = "/v2/events"
        var timestamp = "\(now)"
        var key = old
        var id: String?
        var sent = body
        var header: String?
        /// A further field of the header.
        var field: String?
        /// The user, or why there is none.
        var outcome = "u-1"

        var testDescription: String {
            "\(method) \(path) at \(timestamp) by \(key) \(id ?? "") \(header ?? "") \(sent.count) "
                + (field ?? "")
        }
    }

    @Test(
        "are who their key says, as long as the signature fits body, time and key",
        arguments: [
            Case(), Case(key: new, outcome: "u-2"), Case(id: "old"),
            Case(key: new, id: "new", outcome: "u-2"),
            Case(id: "new", outcome: "bad_signature"), Case(id: "none", outcome: "bad_signature"),
            Case(key: "0123456789abcdef-oth", outcome: "bad_signature"),
            Case(sent: body + " ", outcome: "bad_signature"),
            Case(sent: "", outcome: "bad_signature"),
            Case(timestamp: "\(now - 300)"), Case(timestamp: "\(now + 300)"),
            Case(timestamp: "\(now - 301)", outcome: "stale_timestamp"),
            Case(timestamp: "\(now + 301)", outcome: "stale_timestamp"),
            Case(timestamp: "0\(now)"), Case(timestamp: "", outcome: "bad_timestamp"),
            Case(timestamp: "\(now).5", outcome: "bad_timestamp"),
            Case(timestamp: "-1", outcome: "bad_timestamp"),
            Case(timestamp: "9999999999999999999999", outcome: "bad_timestamp"),
            Case(header: "v2=00", outcome: "bad_signature"),
            Case(header: "", outcome: "bad_signature"),
            Case(header: "v1=zz", outcome: "bad_signature"),
            Case(header: "v1=" + String(repeating: "g", count: 64), outcome: "bad_signature"),
            Case(header: "v1=" + String(repeating: "0", count: 64), outcome: "bad_signature"),
            Case(method: "GET", outcome: "not_signable"),
            Case(path: "/v2/event_types", outcome: "not_signable"),
            Case(path: "/v2/events/a", outcome: "not_signable"),
            Case(path: "/v2/%FF", outcome: "not_signable"),
            // As the router reads it.
            Case(path: "/v2/events/"), Case(path: "//v2/%65vents"), Case(path: "/v2%2Fevents"),
            // Nothing of a header is signed, and here it would be part of an event.
            Case(field: "ce-id", outcome: "not_signable"),
            Case(field: "Ce-Anything", outcome: "not_signable"), Case(field: "Cecil"),
        ])
    func outcome(example: Case) async throws {
        let house = try SignatureHouse(Self.file)
        #expect(await house.outcome(of: Self.request(example)) == example.outcome)
    }

    @Test("capital digits are digits, and a body may be empty")
    func digits() async throws {
        let house = try SignatureHouse(Self.file)
        var request = Self.request(Case())
        request.headers["X-Signature"] =
            "v1=" + Self.signature(Case()).dropFirst(3).uppercased()
        #expect(await house.outcome(of: request) == "u-1")
    }

    @Test("the example of the documentation holds")
    func documented() async throws {
        // printf '1700000000\n[]' | openssl dgst -sha256 -hmac 0123456789abcdef-old
        let request = Request(
            method: "POST", path: "/v2/events",
            headers: [
                "X-Timestamp": "1700000000",
                "X-Signature":
                    "v1=1b80bef0868cb0bcbd9ee51e164de16d828e71025bbd75bbcdc1c77886dbba8f",
            ], body: Array("[]".utf8))
        #expect(try await SignatureHouse(Self.file).outcome(of: request) == "u-1")
    }

    @Test("may not send a signature twice, but the same body with another time")
    func replay() async throws {
        let house = try SignatureHouse(Self.file)
        #expect(await house.outcome(of: Self.request(Case())) == "u-1")
        #expect(await house.outcome(of: Self.request(Case())) == "replayed")
        let later = Case(timestamp: "\(Self.now + 1)")
        #expect(await house.outcome(of: Self.request(later)) == "u-1")
        #expect(await house.outcome(of: Self.request(Case(sent: "[]"))) == "bad_signature")
        // A signature that did not hold is not remembered.
        #expect(await house.outcome(of: Self.request(later)) == "replayed")
    }

    @Test("with the memory full, the oldest times are refused, never taken twice")
    func memory() async throws {
        let house = try SignatureHouse(Self.file, capacity: 2)
        let times = [Self.now - 2, Self.now - 1, Self.now].map { Case(timestamp: "\($0)") }
        for one in times { #expect(await house.outcome(of: Self.request(one)) == "u-1") }
        #expect(await house.outcome(of: Self.request(times[0])) == "stale_timestamp")
        #expect(await house.outcome(of: Self.request(times[1])) == "replayed")
        #expect(await house.outcome(of: Self.request(times[2])) == "replayed")
    }

    @Test("a clock that steps back makes no old signature new")
    func clockBack() async throws {
        let clock = Mutex(Self.now)
        let house = try SignatureHouse(Self.file) { clock.withLock { $0 } }
        #expect(await house.outcome(of: Self.request(Case())) == "u-1")
        clock.withLock { $0 += 301 }
        let later = Case(timestamp: "\(Self.now + 301)")
        #expect(await house.outcome(of: Self.request(later)) == "u-1")
        clock.withLock { $0 -= 301 }
        #expect(await house.outcome(of: Self.request(Case())) == "stale_timestamp")
        #expect(await house.outcome(of: Self.request(Case(timestamp: "\(Self.now + 1)"))) == "u-1")
    }

    @Test("need to name their key where there are many")
    func manyKeys() async throws {
        let keys = (1...9).map {
            "- {id: k\($0), secret: 0123456789abcdef-\($0), user_id: u-\($0)}"
        }
        let house = try SignatureHouse(keys.joined(separator: "\n"))
        let key = "0123456789abcdef-9"
        #expect(await house.outcome(of: Self.request(Case(key: key))) == "bad_signature")
        #expect(await house.outcome(of: Self.request(Case(key: key, id: "k9"))) == "u-9")
    }

    @Test("leave other credentials to other strategies")
    func others() async throws {
        let house = try SignatureHouse(Self.file)
        let request = Request(method: "POST", path: "/v2/events", headers: ["X-Key-Id": "old"])
        #expect(try await house.strategy.authenticate(request) == nil)
    }

    @Test(
        "a file that is wrong names the line and no secret",
        arguments: [
            ("- secret: 0123456789abcdef", "line 1: an id is missing"),
            ("- id: a", "line 1: a secret is missing"),
            ("- {id: a, secret: hunter2}", "line 1: the secret of a is shorter than 16 bytes"),
            ("- {id: a, secret: hunter2hunter2hunter2, key: b}", "line 1: key is no key"),
            ("- {id: a, secret: [hunter2]}", "line 1: secret must be a text"),
            ("- {id: a, secret: 'hunter2", "this is not valid YAML"),
            (
                "- &a {id: a, secret: hunter2hunter2hunter2}\n"
                    + "- {id: a, secret: hunter3hunter3hunter3}",
                "line 2: the id a stands here twice"
            ),
        ])
    func wrong(text: String, problem: String) {
        #expect {
            _ = try SignatureHouse(text)
        } throws: {
            "\($0)".contains(problem) && !"\($0)".contains("hunter")
        }
    }

    static func request(_ example: Case) -> Request {
        var headers: Headers = [
            "X-Timestamp": example.timestamp,
            "X-Signature": example.header ?? signature(example),
        ]
        headers["X-Key-Id"] = example.id
        if let field = example.field { headers[field] = "x" }
        return Request(
            method: example.method, path: example.path, headers: headers,
            body: Array(example.sent.utf8))
    }

    private static func signature(_ example: Case) -> String {
        let code = HMACSHA256.code(
            for: Array("\(example.timestamp)\n\(body)".utf8), key: Array(example.key.utf8))
        return "v1=" + code.map { String(format: "%02x", $0) }.joined()
    }
}
