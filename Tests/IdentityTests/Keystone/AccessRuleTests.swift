import HTTP
import Testing

@testable import Identity

@Suite("Access rules of application credentials")
struct AccessRuleTests {
    private func house(
        _ rules: String, more: String = "", _ change: (inout KeystoneOptions) -> Void = { _ in }
    ) throws -> KeystoneHouse {
        let house = try KeystoneHouse(change)
        house.keystone.know("t", Documents.withRules(rules + more))
        return house
    }

    private static let list = """
        [{"id": "1", "service": "event", "method": "GET", "path": "/v2/events"},
         {"id": "2", "service": "compute", "method": "POST", "path": "/v2/events"}]
        """

    @Test(
        "bind method, service and path, without the query",
        arguments: [
            ("GET", "/v2/events", nil), ("POST", "/v2/events", "access_rules"),
            ("HEAD", "/v2/events", "access_rules"), ("get", "/v2/events", "access_rules"),
            ("GET", "/v2/event_types", "access_rules"), ("GET", "/v2/events/x", "access_rules"),
            ("GET", "/v2/events/", nil), ("GET", "//v2//events", nil),
            ("GET", "/v2/%65vents", nil), ("GET", "/v2/events%2Fx", "access_rules"),
            ("GET", "/v2/Events", "access_rules"), ("GET", "/v2/%FF", "access_rules"),
        ] as [(String, String, String?)])
    func binding(method: String, path: String, refusal: String?) async throws {
        let house = try house(Self.list)
        #expect(await house.refusal(["X-Auth-Token": "t"], method, path) == refusal)
    }

    @Test(
        "that cannot be read allow nothing",
        arguments: [
            ("[]", "access_rules"), ("[{\"service\": \"event\"}]", "access_rules"),
            ("[1, null]", "access_rules"), ("7", "unavailable"), ("{}", "unavailable"),
            ("null", nil),
        ] as [(String, String?)])
    func unreadable(rules: String, refusal: String?) async throws {
        #expect(await (try house(rules)).refusal(["X-Auth-Token": "t"]) == refusal)
    }

    @Test("need the service in the catalog, where the catalog is fetched")
    func catalog() async throws {
        let known = "}, \"catalog\": [{\"type\": \"event\"}], \"x\": {\"y\": 1"
        let strange = "}, \"catalog\": [{\"type\": \"compute\"}], \"x\": {\"y\": 1"
        let withCatalog = try house(Self.list, more: known) { $0.tokens.includesCatalog = true }
        #expect(await withCatalog.refusal(["X-Auth-Token": "t"]) == nil)
        #expect(withCatalog.keystone.validations == ["GET http://one:5000/v3/auth/tokens"])
        let without = try house(Self.list, more: strange) { $0.tokens.includesCatalog = true }
        #expect(await without.refusal(["X-Auth-Token": "t"]) == "access_rules")
    }

    @Test("name the service by keystone.service_type")
    func serviceType() async throws {
        let house = try house(Self.list) { $0.tokens.serviceType = "compute" }
        #expect(await house.refusal(["X-Auth-Token": "t"], "POST") == nil)
        #expect(await house.refusal(["X-Auth-Token": "t"], "GET") == "access_rules")
    }

    @Test(
        "have paths with patterns",
        arguments: [
            ("/v2/events", "/v2/events", true), ("/v2/events/", "/v2/events", true),
            ("/v2/events", "/v2/eventsx", false), ("/v2/events", "/v2/event", false),
            ("/v2/events/*", "/v2/events/a", true), ("/v2/events/*", "/v2/events", false),
            ("/v2/events/*", "/v2/events/a/b", false), ("/v2/events/*", "/v2/events/", false),
            ("/v2/events/{message_id}", "/v2/events/a-b", true),
            ("/v2/event_types/{type}/traits/*", "/v2/event_types/a.b/traits/c", true),
            ("/v2/event_types/{type}/traits/*", "/v2/event_types/a.b/traits", false),
            ("/v2/event_types/*s/x", "/v2/event_types/as/x", true),
            ("/v2/**", "/v2/events/a/b", true), ("/v2/**", "/v3/events", false),
            ("**", "/anything/at/all", true), ("/**/traits", "/v2/event_types/a/traits", true),
            ("/**/traits", "/traits", false), ("/**/traits", "/v2/traits/x", false),
            ("/v2/***", "/v2/a", true), ("/v2/***", "/v2/", false),
            ("/v2/.vents", "/v2/events", false), ("/v2/ev(en)ts", "/v2/events", false),
            ("/v2/{broken", "/v2/x", false), ("/v2/ä", "/v2/ä", true), ("", "", true),
            ("", "/", false), ("/", "/", true), ("*", "/", false),
        ])
    func patterns(pattern: String, path: String, matches: Bool) {
        #expect(AccessRulePath(pattern).matches(Array(path.utf8)) == matches)
    }

    @Test("no pattern takes long, however it is made")
    func hostilePattern() {
        let pattern = AccessRulePath(String(repeating: "**a", count: 200))
        let path = Array(String(repeating: "a", count: 5000).utf8)
        #expect(pattern.matches(path))
        #expect(!pattern.matches(path + [0x62]))
    }
}
