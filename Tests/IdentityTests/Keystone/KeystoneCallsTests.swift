import Foundation
import HTTP
import HTTPClient
import Testing
import Values

@testable import Identity

@Suite("What is asked of Keystone")
struct KeystoneCallsTests {
    private let headers: Headers = ["X-Auth-Token": "t"]

    private func house(_ change: (inout KeystoneOptions) -> Void = { _ in }) throws -> KeystoneHouse
    {
        let house = try KeystoneHouse(change)
        house.keystone.know("t", Documents.project())
        return house
    }

    @Test("three calls for the first token, one for each further one")
    func calls() async throws {
        let house = try house()
        #expect(await house.refusal(headers) == nil)
        #expect(await house.refusal(["X-Auth-Token": "x"]) == "unknown_token")
        #expect(
            house.keystone.lines == [
                "GET http://keystone:5000/v3", "POST http://keystone:5000/v3/auth/tokens",
                "GET http://one:5000/v3/auth/tokens?nocatalog",
                "GET http://one:5000/v3/auth/tokens?nocatalog",
            ])
    }

    @Test("a validation shows our token, the user's, and that access rules are understood")
    func headersOfValidation() async throws {
        let house = try house()
        #expect(await house.refusal(["X-Auth-Token": "  t  "]) == nil)
        let call = try #require(house.keystone.lastCall)
        #expect(call.headers["X-Auth-Token"] == "own-1")
        #expect(call.headers["X-Subject-Token"] == "t")
        #expect(call.headers["OpenStack-Identity-Access-Rules"] == "1")
    }

    @Test(
        "credentials are written as Keystone reads them",
        arguments: [
            (
                KeystoneCredentials.password(
                    .name("panko", in: .name("Default")), Secret("p\"w"),
                    project: .name("service", in: .id("default"))),
                """
                {"auth": {"identity": {"methods": ["password"], "password": {"user": \
                {"name": "panko", "domain": {"name": "Default"}, "password": "p\\"w"}}}, \
                "scope": {"project": {"name": "service", "domain": {"id": "default"}}}}}
                """
            ),
            (
                .password(.id("u"), Secret("pw"), project: .id("p")),
                """
                {"auth": {"identity": {"methods": ["password"], "password": {"user": \
                {"id": "u", "password": "pw"}}}, "scope": {"project": {"id": "p"}}}}
                """
            ),
            (
                .applicationCredential(id: "a", secret: Secret("s")),
                """
                {"auth": {"identity": {"methods": ["application_credential"], \
                "application_credential": {"id": "a", "secret": "s"}}}}
                """
            ),
            (
                .namedApplicationCredential(
                    "all", of: .name("alice", in: .name("Default")), secret: Secret("s")),
                """
                {"auth": {"identity": {"methods": ["application_credential"], \
                "application_credential": {"name": "all", "user": {"name": "alice", \
                "domain": {"name": "Default"}}, "secret": "s"}}}}
                """
            ),
        ])
    func credentials(credentials: KeystoneCredentials, body: String) throws {
        #expect(String(decoding: credentials.requestBody, as: UTF8.self) == body)
        #expect((try? JSONSerialization.jsonObject(with: Data(credentials.requestBody))) != nil)
    }

    @Test(
        "the endpoint is that of the interface and the region",
        arguments: [
            (KeystoneInterface.internal, nil, "http://one:5000/v3"),
            (.internal, "two", "http://two:5000/v3"), (.public, nil, "http://public:5000/v3"),
            (.admin, "one", "http://admin:35357/v3"), (.public, "two", nil),
            (.internal, "three", nil),
        ] as [(KeystoneInterface, String?, String?)])
    func endpoint(interface: KeystoneInterface, region: String?, url: String?) async throws {
        let house = try house {
            $0.interface = interface
            $0.region = region
        }
        let refusal = await house.refusal(headers)
        #expect(refusal == (url == nil ? "unavailable" : nil))
        #expect(house.keystone.validations.first == url.map { "GET \($0)/auth/tokens?nocatalog" })
        if url == nil {
            #expect(house.tokens.state.failure?.contains("keystone.interface") == true)
        }
    }

    @Test(
        "an address is understood with and without the version",
        arguments: [
            ("http://k:5000", "http://k:5000/v3"), ("http://k:5000/", "http://k:5000/v3"),
            ("https://k/identity/v3/", "https://k/identity/v3"), ("HTTP://k", "HTTP://k/v3"),
            ("http://k/v2.0", "http://k/v3"), ("http://[::1]:5000/v3", "http://[::1]:5000/v3"),
            ("k:5000", nil), ("http://", nil), ("ftp://k", nil), ("http://u:p@k", nil),
            ("http://k/?x", nil), ("http://k k", nil), ("", nil),
        ] as [(String, String?)])
    func address(text: String, url: String?) {
        #expect(KeystoneURL(text)?.text == url)
    }

    @Test("our own token is renewed 30 seconds before its end, and not earlier")
    func renewal() async throws {
        let house = try house { $0.cache.lifetime = .zero }
        house.keystone.change { $0.ownEnds = "2026-01-01T00:10:00.000000Z" }
        #expect(await house.refusal(headers) == nil)
        house.clock.advance(.seconds(569))
        #expect(await house.refusal(headers) == nil)
        #expect(house.keystone.issues == 1)
        house.clock.advance(.seconds(1))
        #expect(await house.refusal(headers) == nil)
        #expect(house.keystone.issues == 2)
    }

    @Test("our own token is replaced once where Keystone refuses it")
    func refusedOwnToken() async throws {
        let house = try house { $0.cache.lifetime = .zero }
        #expect(await house.refusal(headers) == nil)
        house.keystone.change { $0.refusesOwnTokens = ["own-1"] }
        #expect(await house.refusal(headers) == nil)
        #expect(house.keystone.issues == 2)
        house.keystone.change { $0.refusesOwnTokens = ["own-2", "own-3", "own-4"] }
        let calls = house.keystone.lines.count
        #expect(await house.refusal(headers) == "unavailable")
        #expect(house.keystone.issues == 3)
        #expect(house.keystone.lines.count == calls + 3)
        for _ in 1...5 { #expect(await house.refusal(headers) == "unavailable") }
        #expect(house.keystone.lines.count == calls + 3, "a further token would not do either")
        #expect(house.tokens.state.failure?.contains("it has just given us") == true)
        house.clock.advance(.seconds(5))
        house.keystone.change { $0.refusesOwnTokens = [] }
        #expect(await house.refusal(headers) == nil)
        #expect(house.keystone.issues == 4)
    }

    @Test("wrong credentials are not tried again at once, lest Keystone locks the account")
    func wrongCredentials() async throws {
        let house = try house()
        house.keystone.change { $0.issueStatus = 401 }
        for number in 1...5 {
            #expect(await house.refusal(["X-Auth-Token": "\(number)"]) == "unavailable")
        }
        #expect(house.keystone.issues == 1)
        #expect(house.tokens.state.failure?.contains("keystone.username") == true)
        house.clock.advance(.seconds(5))
        house.keystone.change { $0.issueStatus = 201 }
        #expect(await house.refusal(headers) == nil)
    }

    @Test(
        "what Keystone answers is never taken for a yes",
        arguments: [
            (400, "", "unavailable"), (401, "", "unavailable"), (403, "", "unavailable"),
            (404, "", "unknown_token"), (429, "", "unavailable"), (500, "", "unavailable"),
            (503, "", "unavailable"), (301, "", "unavailable"), (204, "", "unavailable"),
            (200, "", "unavailable"), (200, "{}", "unavailable"), (200, "[", "unavailable"),
            (200, "{\"token\": {\"user\": {\"id\": \"u\"}}}", "unavailable"),
            (
                200, "{\"token\": {\"user\": {\"id\": 7}, \"expires_at\": \"2027-01-01\"}}",
                "unavailable"
            ),
            (
                200, "{\"token\": {\"user\": {\"id\": \"u\"}, \"expires_at\": \"soon\"}}",
                "unavailable"
            ),
            (200, "<html>", "unavailable"), (200, "\u{FF}", "unavailable"),
        ])
    func answers(status: Int, body: String, refusal: String) async throws {
        let house = try KeystoneHouse()
        if status == 200 {
            house.keystone.know("t", body)
        } else {
            house.keystone.change { $0.validateStatus = status }
        }
        #expect(await house.refusal(headers) == refusal)
    }

    @Test("a connection that fails is tried again, a late answer is not")
    func retries() async throws {
        let house = try house { $0.retries = 2 }
        house.keystone.change { $0.failuresLeft = 2 }
        #expect(await house.refusal(headers) == nil)
        house.keystone.change { $0.failuresLeft = 3 }
        #expect(await house.refusal(["X-Auth-Token": "x"]) == "unavailable")
        house.keystone.change { $0.failure = .timedOut(detail: "10 s") }
        let before = house.keystone.lines.count
        #expect(await house.refusal(["X-Auth-Token": "y"]) == "unavailable")
        #expect(house.keystone.lines.count == before + 1)
    }

    @Test("a recorded document of every scope is understood")
    func recorded() throws {
        let cases = try RecordedAnswers()
        let expected: [String: Identity] = [
            "admin role validates alice": Identity(
                roles: ["member", "reader"], userID: "12966b3eae0c4964a739e9a41984c7ec",
                projectID: "5f1bc1d7e99849688c8e367e10ad2f6c", isAdminProject: false,
                label: "VgYEUz81T4qezpnz0rCkUw"),
            "system scope": Identity(
                roles: ["reader"], userID: "ddc9256fad9b43fc81180da7f14aa458",
                isSystemScoped: true, label: "5tQps5CrRNCl5t9t1et7ow"),
            "domain scope": Identity(
                roles: ["reader"], userID: "ddc9256fad9b43fc81180da7f14aa458",
                domainID: "default", label: "tj0FiHDGTLiYr2QmN7lDag"),
            "unscoped": Identity(
                userID: "ddc9256fad9b43fc81180da7f14aa458", label: "U2iiTz1dQjGAAmCvVJfkCQ"),
        ]
        for (name, identity) in expected {
            var found = try TokenDocument(cases.body(name)).identity
            found.roles.sort()
            #expect(found == identity, "\(name)")
        }
    }

    @Test("the recorded catalog leads to the recorded endpoint")
    func recordedCatalog() throws {
        let body = try RecordedAnswers().body("app cred auth (id)")
        let url = try ServiceCatalog(body).identityURL(.internal, region: "RegionOne")
        #expect(url.text == "http://127.0.0.1:25681/v3")
        #expect(try TokenDocument(body).catalogTypes == ["identity", "event"])
    }

    @Test("recorded access rules are read, and their absence is, too")
    func recordedRules() throws {
        let cases = try RecordedAnswers()
        let free = try TokenDocument(cases.body("app cred auth (name + user)"))
        #expect(free.accessRules == nil)
        let bound = try TokenDocument(cases.body("app cred auth (id)"))
        let rule = TokenAccessRule(service: "event", method: "GET", path: "/v2/events")
        #expect(bound.accessRules == [rule])
    }
}

/// What a real Keystone 29 answered to edge cases.
private struct RecordedAnswers {
    private let cases: [[String: Any]]

    init() throws {
        let url = try #require(
            Bundle.module.url(
                forResource: "keystone-edge", withExtension: "json",
                subdirectory: "Fixtures"))
        let parsed = try JSONSerialization.jsonObject(with: Data(contentsOf: url))
        cases = try #require(parsed as? [[String: Any]])
    }

    func body(_ name: String) throws -> [UInt8] {
        let found = try #require(cases.first { $0["case"] as? String == name })
        return Array(try #require(found["body"] as? String).utf8)
    }
}
