import EventStore
import HTTP
import Identity
import Testing

@Suite("Who asks, without Keystone")
struct TrustedHeadersTests {
    @Test(
        "roles are split at commas and not trimmed, as Panko splits them",
        arguments: [
            ("admin", true), ("Admin", true), ("ADMIN", true), ("member,admin", true),
            ("member, admin", false), ("administrator", false), ("", false), ("member", false),
        ])
    func roles(header: String, isAdministrator: Bool) async throws {
        let identity = try await authenticate(["X-Roles": header])
        #expect(identity.isAdministrator == isAdministrator)
    }

    @Test("a header sent twice counts as one with a comma")
    func repeatedHeader() async throws {
        var headers: Headers = ["X-Roles": "member"]
        headers.append("x-roles", "admin")
        #expect(try await authenticate(headers).roles == ["member", "admin"])
    }

    @Test("an empty header is a missing one")
    func emptyHeader() async throws {
        let identity = try await authenticate(["X-User-Id": "", "X-Project-Id": "p"])
        #expect(identity == Identity(projectID: "p"))
    }

    @Test("a request without headers has an empty identity")
    func nobody() async throws {
        #expect(try await authenticate([:]) == Identity())
    }

    private func authenticate(_ headers: Headers) async throws -> Identity {
        try await TrustedHeaders().authenticate(
            Request(method: "GET", path: "/", headers: headers))
    }
}

@Suite("Who may see what")
struct AccessRulesTests {
    private let rules = AccessRules()

    @Test("a member sees what he did in his project")
    func member() throws {
        let member = Identity(roles: ["member"], userID: "u", projectID: "p")
        #expect(try rules.visibility(of: member) == .user("u", project: "p"))
    }

    @Test("asking for all tenants does not make a member an administrator")
    func memberOfAllTenants() throws {
        let member = Identity(roles: ["member"], userID: "u", projectID: "p")
        #expect(try rules.visibility(of: member, allTenants: true) == .user("u", project: "p"))
    }

    @Test("an administrator sees his project and what belongs to none, or all if he asks")
    func administrator() throws {
        let admin = Identity(roles: ["Admin"], userID: "u", projectID: "p")
        #expect(try rules.visibility(of: admin) == .projectAndUnowned("p"))
        #expect(try rules.visibility(of: admin, allTenants: true) == .everything)
    }

    @Test("an administrator of the whole system sees everything without a project")
    func systemAdministrator() throws {
        let admin = Identity(roles: ["admin"], userID: "u", isSystemScoped: true)
        #expect(try rules.visibility(of: admin) == .everything)
    }

    @Test(
        "who lacks user or project sees nothing",
        arguments: [
            Identity(), Identity(roles: ["admin"]), Identity(roles: ["admin"], userID: "u"),
            Identity(roles: ["admin"], projectID: "p"), Identity(roles: ["member"], userID: "u"),
            Identity(roles: ["member"], userID: "u", isSystemScoped: true),
        ])
    func incomplete(identity: Identity) {
        #expect(throws: IdentityError.incomplete) { try rules.visibility(of: identity) }
    }

    @Test("event types are for administrators, with or without a project")
    func administratorOnly() throws {
        try rules.requireAdministrator(Identity(roles: ["admin"]))
        #expect(throws: IdentityError.notAdministrator(projectID: "p")) {
            try rules.requireAdministrator(
                Identity(roles: ["member"], userID: "u", projectID: "p"))
        }
        #expect(throws: IdentityError.incomplete) {
            try rules.requireAdministrator(Identity(roles: ["member"], userID: "u"))
        }
    }
}
