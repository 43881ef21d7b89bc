import HTTP
import HTTPClient
import Identity
import Testing
import Values

@Suite("Who a token belongs to")
struct KeystoneTokensTests {
    @Test(
        "is read from the scope of its document",
        arguments: [
            (
                Documents.project("p", roles: ["member", "reader"]),
                Identity(
                    roles: ["member", "reader"], userID: "u", projectID: "p", label: "audit")
            ),
            (
                Documents.scoped("\"domain\": {\"id\": \"d\", \"name\": \"Default\"}"),
                Identity(roles: ["reader"], userID: "u", domainID: "d", label: "audit")
            ),
            (
                Documents.scoped("\"system\": {\"all\": true}"),
                Identity(roles: ["reader"], userID: "u", isSystemScoped: true, label: "audit")
            ),
            (Documents.scoped(nil), Identity(userID: "u", label: "audit")),
            (
                Documents.scoped("\"system\": {\"all\": false}"),
                Identity(roles: ["reader"], userID: "u", label: "audit")
            ),
            (
                Documents.project("p", roles: ["admin"], more: "\"is_admin_project\": false"),
                Identity(
                    roles: ["admin"], userID: "u", projectID: "p", isAdminProject: false,
                    label: "audit")
            ),
            (
                Documents.project("p", roles: ["admin"], more: "\"is_admin_project\": true"),
                Identity(roles: ["admin"], userID: "u", projectID: "p", label: "audit")
            ),
        ])
    func scopes(document: String, identity: Identity) async throws {
        let house = try KeystoneHouse()
        house.keystone.know("t", document)
        #expect(try await house.identity(["X-Auth-Token": "t"]) == identity)
    }

    @Test(
        "is found by every header that clients use",
        arguments: [
            [("X-Auth-Token", "t")], [("x-auth-token", " t\t")], [("X-Storage-Token", "t")],
            [("Authorization", "Bearer t")], [("Authorization", "bearer   t ")],
            [("X-Auth-Token", "t"), ("X-Storage-Token", "other")],
            [("X-Auth-Token", " "), ("X-Storage-Token", "t")],
            [("X-Auth-Token", "t"), ("Authorization", "Basic dTpw")],
        ])
    func headers(fields: [(String, String)]) async throws {
        let house = try KeystoneHouse()
        house.keystone.know("t", Documents.project())
        var headers = Headers()
        for (name, value) in fields { headers.append(name, value) }
        #expect(try await house.identity(headers).projectID == "p")
    }

    @Test(
        "is not asked where no token is shown",
        arguments: [
            [], [("X-Auth-Token", "")], [("X-Auth-Token", "  ")], [("Authorization", "Basic dTpw")],
            [("Authorization", "Bearer")], [("Authorization", "Bearer ")], [("Authorization", "t")],
            [("X-Service-Token", "t")], [("X-Roles", "admin"), ("X-User-Id", "u")],
        ])
    func missing(fields: [(String, String)]) async throws {
        let house = try KeystoneHouse()
        var headers = Headers()
        for (name, value) in fields { headers.append(name, value) }
        #expect(await house.refusal(headers) == "missing")
        #expect(house.keystone.lines == [])
    }

    @Test(
        "is nobody where a token cannot be one",
        arguments: ["a b", "a\u{7F}", "é", "a\r\nX-Evil: 1", String(repeating: "x", count: 8193)])
    func implausible(token: String) async throws {
        let house = try KeystoneHouse()
        #expect(await house.refusal(["X-Auth-Token": token]) == "unknown_token")
        #expect(house.keystone.lines == [])
    }

    @Test("is not what two headers of one name say")
    func twice() async throws {
        let house = try KeystoneHouse()
        house.keystone.know("t", Documents.project())
        var headers: Headers = ["X-Auth-Token": "t"]
        headers.append("X-Auth-Token", "t")
        #expect(await house.refusal(headers) == "unknown_token")
    }

    @Test("does not depend on identity headers of the client")
    func spoofed() async throws {
        let house = try KeystoneHouse()
        house.keystone.know("t", Documents.project("p", roles: ["member"]))
        let identity = try await house.identity([
            "X-Auth-Token": "t", "X-Roles": "admin", "X-Project-Id": "evil", "X-User-Id": "evil",
            "X-Is-Admin-Project": "True", "OpenStack-System-Scope": "all",
            "X-Service-Roles": "service", "X-Identity-Status": "Confirmed",
        ])
        #expect(
            identity
                == Identity(roles: ["member"], userID: "u", projectID: "p", label: "audit"))
    }

    @Test("is said with a 401 that names Keystone's public address")
    func challenge() async throws {
        let house = try KeystoneHouse()
        for headers in [[:], ["X-Auth-Token": "nobody"]] as [Headers] {
            await #expect {
                try await house.identity(headers)
            } throws: { error in
                guard case .unauthenticated(let rejection) = error as? IdentityError else {
                    return false
                }
                return rejection.style == .keystone
                    && rejection.challenges == ["Keystone uri=\"http://keystone.public:5000\""]
                    && rejection.message == "The request you have made requires authentication."
            }
        }
    }

    @Test("is checked against the end of the token at every request")
    func expiry() async throws {
        let house = try KeystoneHouse { $0.cache.lifetime = .seconds(300) }
        house.keystone.know("t", Documents.project(ends: "2026-01-01T00:00:10.000000Z"))
        #expect(await house.refusal(["X-Auth-Token": "t"]) == nil)
        house.clock.advance(.seconds(9))
        #expect(await house.refusal(["X-Auth-Token": "t"]) == nil)
        house.clock.advance(.seconds(1))
        // Keystone's clock may be behind ours: what it still knows has ended all the same.
        #expect(await house.refusal(["X-Auth-Token": "t"]) == "expired_token")
    }
}

@Suite("What a service token changes")
struct ServiceTokenTests {
    private func house(
        roles: [String] = ["service"], _ change: (inout KeystoneOptions) -> Void = { _ in }
    ) throws -> KeystoneHouse {
        let house = try KeystoneHouse(change)
        house.keystone.know("t", Documents.project())
        house.keystone.know("s", Documents.project("service", user: "nova", roles: roles))
        house.keystone.change {
            $0.expired["old"] = Documents.project(ends: "2025-12-31T23:00:00.000000Z")
        }
        return house
    }

    @Test("nothing for a good token of the user's")
    func good() async throws {
        let house = try house()
        let identity = try await house.identity(["X-Auth-Token": "t", "X-Service-Token": " s "])
        #expect(identity.userID == "u")
        #expect(
            house.keystone.validations == [
                "GET http://one:5000/v3/auth/tokens?nocatalog",
                "GET http://one:5000/v3/auth/tokens?nocatalog&allow_expired=1",
            ])
    }

    @Test("an expired token is good with it, and only with it")
    func expired() async throws {
        let house = try house()
        #expect(await house.refusal(["X-Auth-Token": "old"]) == "unknown_token")
        let headers: Headers = ["X-Auth-Token": "old", "X-Service-Token": "s"]
        #expect(await house.refusal(headers) == nil)
        #expect(await house.refusal(["X-Auth-Token": "old"]) != nil)
        house.clock.advance(.seconds(20))
        #expect(await house.refusal(["X-Auth-Token": "old"]) == "expired_token")
    }

    @Test(
        "one that does not hold turns a good user away",
        arguments: [("s", ["member"]), ("zzz", ["service"]), ("old", ["service"])])
    func bad(token: String, roles: [String]) async throws {
        let house = try house(roles: roles)
        let headers: Headers = ["X-Auth-Token": "t", "X-Service-Token": token]
        #expect(await house.refusal(headers) == "service_token")
    }

    @Test("roles may be others, in any case, or not be required")
    func roles() async throws {
        let other = try house(roles: ["Reporter"]) { $0.tokens.serviceRoles = ["x", "reporter"] }
        let lenient = try house(roles: []) { $0.tokens.requiresServiceRoles = false }
        let headers: Headers = ["X-Auth-Token": "old", "X-Service-Token": "s"]
        #expect(await other.refusal(headers) == nil)
        #expect(await lenient.refusal(headers) == nil)
    }

    @Test("access rules do not bind a request that a service sends on")
    func accessRules() async throws {
        let house = try house()
        house.keystone.know("c", Documents.withRules("[]"))
        #expect(await house.refusal(["X-Auth-Token": "c"]) == "access_rules")
        #expect(await house.refusal(["X-Auth-Token": "c", "X-Service-Token": "s"]) == nil)
    }
}
