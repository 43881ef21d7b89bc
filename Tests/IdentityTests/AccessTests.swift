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
        #expect(Access(identity).isAdministrator == isAdministrator)
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
        #expect(identity == Identity(projectID: "p", isUnchecked: true))
    }

    @Test("a request without headers has an empty identity")
    func nobody() async throws {
        #expect(try await authenticate([:]) == Identity(isUnchecked: true))
    }

    private func authenticate(_ headers: Headers) async throws -> Identity {
        try await Authenticator([TrustedHeaders()]).identity(
            of: Request(method: "GET", path: "/", headers: headers))
    }
}

@Suite("Who may see what, without a policy file")
struct AccessTests {
    @Test("a member sees what he did in his project, also where he asks for all tenants")
    func member() throws {
        let access = Access(Identity.member)
        #expect(!access.isAdministrator)
        #expect(try access.visibility() == .user("u", project: "p"))
        #expect(try access.visibility(allTenants: true) == .user("u", project: "p"))
    }

    @Test("an administrator sees his project and what belongs to none, or all if he asks")
    func administrator() throws {
        let access = Access(Identity(roles: ["Admin"], userID: "u", projectID: "p"))
        #expect(access.isAdministrator)
        #expect(try access.visibility() == .projectAndUnowned("p"))
        #expect(try access.visibility(allTenants: true) == .everything)
    }

    @Test(
        "who administers or reads the whole system sees everything without a project",
        arguments: ["admin", "reader"])
    func system(role: String) throws {
        let access = Access(Identity(roles: [role], userID: "u", isSystemScoped: true))
        #expect(try access.visibility() == .everything)
        #expect(try access.typeVisibility(by: BuiltInRule.listEventTypes) == .everything)
    }

    @Test(
        "who lacks user or project sees nothing",
        arguments: [
            Identity(), Identity(roles: ["admin"]), Identity(roles: ["admin"], userID: "u"),
            Identity(roles: ["admin"], projectID: "p"), Identity(roles: ["member"], userID: "u"),
            Identity(roles: ["reader"], userID: "u"),
            Identity(roles: ["member"], userID: "u", isSystemScoped: true),
            Identity(roles: ["admin"], userID: "u", domainID: "d"),
        ])
    func incomplete(identity: Identity) {
        #expect(throws: IdentityError.incomplete) { try Access(identity).visibility() }
    }

    @Test("types are for administrators, with or without a project")
    func types() throws {
        #expect(try types(Identity(roles: ["admin"])) == .everything)
        #expect(throws: IdentityError.notAdministrator(projectID: "p")) {
            try types(.member)
        }
        #expect(throws: IdentityError.incomplete) {
            try types(Identity(roles: ["member"], userID: "u"))
        }
        #expect(throws: IdentityError.incomplete) {
            try types(Identity(roles: ["admin"], userID: "u", domainID: "d"))
        }
    }

    @Test("a policy that shows types to everybody shows a member those of his events")
    func openTypes() throws {
        let rules = try PolicyRules([PolicyFile(path: "p", text: "telemetry:event_types:index: ''")]
        )
        #expect(try types(.member, by: rules) == .user("u", project: "p"))
        #expect(throws: IdentityError.incomplete) {
            try types(Identity(roles: ["member"], userID: "u"), by: rules)
        }
    }

    @Test("segregation decides who is an administrator")
    func segregation() throws {
        let rules = try PolicyRules([PolicyFile(path: "p", text: "segregation: role:auditor")])
        let auditor = Identity(roles: ["auditor"], userID: "u", projectID: "p")
        #expect(try Access(auditor, by: rules).visibility(allTenants: true) == .everything)
        let admin = Identity(roles: ["admin"], userID: "u", projectID: "p")
        #expect(try Access(admin, by: rules).visibility() == .user("u", project: "p"))
    }

    @Test(
        "publishing needs a role, but where nobody is checked",
        arguments: [
            (Identity(roles: ["service"]), true), (Identity(roles: ["Admin"]), true),
            (Identity(isUnchecked: true), true), (Identity(), false), (.member, false),
        ])
    func publishing(identity: Identity, isAllowed: Bool) {
        let refusal: IdentityError? = isAllowed ? nil : .refused(rule: BuiltInRule.createEvents)
        var found: IdentityError?
        do throws(IdentityError) {
            try Access(identity).require(BuiltInRule.createEvents)
        } catch {
            found = error
        }
        #expect(found == refusal)
    }

    private func types(
        _ identity: Identity, by rules: PolicyRules = .builtIn
    ) throws -> Visibility {
        try Access(identity, by: rules).typeVisibility(by: BuiltInRule.listEventTypes)
    }
}

extension Identity {
    fileprivate static let member = Identity(roles: ["member"], userID: "u", projectID: "p")
}
