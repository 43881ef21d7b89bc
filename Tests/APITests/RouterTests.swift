import API
import EventStore
import HTTP
import Testing

@Suite("Routing")
struct RouterTests {
    @Test(
        "slashes at the end and doubled ones do not matter",
        arguments: [
            "/v2/events", "/v2/events/", "//v2//events//", "/v2/capabilities/", "/v2/event_types/",
            "/v2/event_types/x/traits/", "/v2/event_types/x/traits/y/", "/openapi.yaml", "",
            "/v2%2Fevents", "/%762/events",
        ])
    func slashes(path: String) async {
        #expect(await House().get(path).status == .ok)
    }

    @Test(
        "what is not there is 404",
        arguments: [
            "/nope", "/v2", "/v2/", "/V2/events", "/v2/Events", "/v2/events/a/b",
            "/v2/events/a%2Fb",
            "/v2/event_types/x/nope", "/v2/event_types/x/traits/y/z", "/v1/events",
        ])
    func unknown(path: String) async {
        let answer = await House().get(path, headers: ["Accept": "text/html"])
        #expect(answer.status == .notFound)
        #expect(answer.headers["Content-Type"] == "application/json")
        #expect(answer.faultString == "The resource could not be found.")
    }

    @Test(
        "a method that a path does not know is 405 and says which it knows",
        arguments: [
            ("/v2/events", "PUT", "GET, HEAD, POST, OPTIONS"),
            ("/v2/events/a", "POST", "GET, HEAD, OPTIONS"),
            ("/v2/capabilities", "QUERY", "GET, HEAD, OPTIONS"),
            ("/v2/event_types", "TRACE", "GET, HEAD, OPTIONS"),
            ("/", "BREW", "GET, POST, PUT, PATCH, DELETE, TRACE, OPTIONS, HEAD"),
        ])
    func method(path: String, method: String, allowed: String) async {
        let answer = await House().send(Request(method, path))
        #expect(answer.status == .methodNotAllowed)
        #expect(answer.headers["Allow"] == allowed)
    }

    @Test("HEAD is answered as GET is", arguments: ["/v2/events", "/", "/v2/capabilities"])
    func head(path: String) async {
        let answer = await House().send(Request("HEAD", path, headers: .administrator))
        #expect(answer.status == .ok)
        #expect(answer.headers["Content-Type"] == "application/json")
    }

    @Test("OPTIONS is 200 on any path", arguments: ["/v2/events", "/nope", "/"])
    func options(path: String) async {
        #expect(await House().send(Request("OPTIONS", path)).status == .ok)
    }

    @Test("every answer names its request", arguments: ["/", "/nope", "/v2/events?foo=1"])
    func requestID(path: String) async {
        let answer = await House().get(path)
        #expect(
            answer.headers["X-Openstack-Request-Id"] == "req-11111111-2222-4333-8444-555555555555")
    }

    @Test("a route of another room sees the request as it came, and goes before ours")
    func otherRoom() async {
        let house = House(
            extraRoutes: [Route(["GET", "POST"], "/healthcheck", responder: MethodEcho())])
        for method in ["GET", "HEAD", "POST"] {
            #expect(await house.send(Request(method, "/healthcheck/")).text == method)
        }
    }

    @Test(
        "a path that is not UTF-8 is refused", arguments: ["/v2/events/%FF", "/%C3", "/%ED%A0%80"])
    func encoding(path: String) async {
        #expect(await House().get(path).status == .badRequest)
    }

    @Test(
        "ids are percent-decoded, and what is no escape stays",
        arguments: ["b%C3%A4d", "%zz", "a+b", "%"])
    func ids(path: String) async {
        let answer = await House().get("/v2/events/\(path)")
        let id = path == "b%C3%A4d" ? "bäd" : path
        #expect(answer.faultString == "Event \(id) Not Found")
    }

    @Test("an event whose id holds a slash is found by a condition")
    func slashInID() async throws {
        let answer = try await House.seeded().get(
            "/v2/events?q.field=message_id&q.value=edge-slash%2Fid")
        #expect(answer.messageIDs == ["edge-slash/id"])
    }

    @Test(
        "JSON is sent to whoever takes it",
        arguments: [
            ("*/*", 200), ("application/json", 200), ("application/*", 200), ("*", 200),
            ("text/html, application/json;q=0.1", 200), ("APPLICATION/JSON", 200),
            ("text/html, */*;q=0.1", 200), ("application/json; charset=utf-8", 200),
            ("application/xml, application/json", 200), ("text/html", 406), ("text/plain", 406),
            ("application/json;q=0, */*", 406), ("application/json;q=0", 406), ("*/*;q=0", 406),
            ("application/vnd.openstack.telemetry-v2+json", 406), ("application/xml", 406),
            ("", 406),
        ])
    func accept(header: String, status: Int) async {
        for path in ["/", "/v2/events", "/v2/capabilities", "/v2/event_types"] {
            let answer = await House().get(path, headers: ["Accept": header])
            #expect(answer.status.code == status, "\(path)")
        }
    }

    @Test("the description is part of the service")
    func description() async throws {
        let answer = await House().get("/openapi.yaml")
        #expect(answer.headers["Content-Type"] == "application/yaml")
        #expect(answer.text == (try Fixture.projectFile("api-ref/openapi.yaml")))
    }
}

private struct MethodEcho: Responder {
    func respond(to request: Request) async -> Response {
        Response(type: "text/plain", text: request.method)
    }
}

@Suite("Who gets in")
struct AccessTests {
    @Test(
        "events need a user and a project",
        arguments: [
            [:], ["X-Roles": "admin"], ["X-Roles": "admin", "X-User-Id": "u"],
            ["X-Roles": "admin", "X-Project-Id": "p"],
        ] as [Headers])
    func incomplete(headers: Headers) async {
        for path in ["/v2/events", "/v2/events/a", "/v2/events?foo=bar"] {
            let answer = await House().get(path, as: headers)
            #expect(answer.status == .forbidden)
            #expect(answer.faultString == "RBAC Authorization Failed")
        }
    }

    @Test("event types need an administrator; leaving headers out opens nothing")
    func types() async {
        for path in [
            "/v2/event_types", "/v2/event_types/x", "/v2/event_types/x/traits",
            "/v2/event_types/x/traits/y",
        ] {
            let member = await House().get(path, as: .member("u", "p"))
            #expect(member.status == .unauthorized)
            #expect(member.faultString == "Not Authorized to access project p")
            #expect(await House().get(path, as: [:]).status == .forbidden)
            let roles: Headers = ["X-Roles": "member", "X-User-Id": "u"]
            #expect(await House().get(path, as: roles).status == .forbidden)
        }
    }

    @Test("an administrator of the whole system sees everything")
    func system() async throws {
        let house = try await House.seeded()
        let headers: Headers = ["X-Roles": "admin", "OpenStack-System-Scope": "all"]
        #expect(await house.get("/v2/events", as: headers).messageIDs.count == 17)
        let foreign = "/v2/events/11111111-0000-0000-0000-000000000001"
        #expect(await house.get(foreign, as: headers).status == .ok)
    }

    @Test("a member who asks for all tenants asks for a trait of that name")
    func memberAllTenants() async throws {
        let answer = try await House.seeded().get(
            "/v2/events?q.field=all_tenants&q.value=True", as: .member("user-a", "proj-a"))
        #expect(answer.status == .ok)
        #expect(answer.messageIDs.isEmpty)
    }

    @Test("capabilities and versions are for everybody")
    func open() async {
        #expect(await House().get("/v2/capabilities", as: [:]).status == .ok)
        #expect(await House().get("/", as: [:]).status == .ok)
    }
}
