package import EventStore

/// What one caller may do, by the rules of one moment.
///
/// - Source: Panko's `rbac.py` and default policies; api-ref/deviations.md says where we differ.
package struct Access: Sendable {
    private let identity: Identity
    private let rules: PolicyRules
    private let credentials: PolicyValue

    package init(_ identity: Identity, by rules: PolicyRules = .builtIn) {
        self.identity = identity
        self.rules = rules
        credentials = identity.credentials
    }

    /// - Throws: `.refused` where the rule does not hold for the caller.
    package func require(_ rule: String) throws(IdentityError) {
        guard rules.allows(rule, credentials) else { throw .refused(rule: rule) }
    }

    /// The caller sees more than what he did himself, and may ask for all tenants.
    package var isAdministrator: Bool {
        seesWholeSystem || rules.allows(BuiltInRule.segregation, credentials)
    }

    /// What the caller sees of the events.
    ///
    /// - Parameter allTenants: an administrator asked for all projects; nobody else can.
    /// - Throws: `.incomplete` without user and project, but for who reads the whole system.
    package func visibility(allTenants: Bool = false) throws(IdentityError) -> Visibility {
        if seesWholeSystem { return .everything }
        guard let user = identity.userID, let project = identity.projectID else {
            throw .incomplete
        }
        guard isAdministrator else { return .user(user, project: project) }
        return allTenants ? .everything : .projectAndUnowned(project)
    }

    /// What the caller sees of types and traits: an administrator all of them, everybody else those
    /// of his own events.
    ///
    /// - Parameter rule: asks whether he may see any.
    /// - Throws: `.notAdministrator` where he may not, `.incomplete` where he is nobody's member.
    package func typeVisibility(by rule: String) throws(IdentityError) -> Visibility {
        guard rules.allows(rule, credentials) else {
            // The result of the rule decides, never a header that is missing: Panko's hole.
            guard identity.userID != nil, let project = identity.projectID else {
                throw .incomplete
            }
            throw .notAdministrator(projectID: project)
        }
        // Who administers a domain does not administer the cloud, and events name no domain.
        if isAdministrator, identity.domainID == nil { return .everything }
        return try visibility()
    }

    /// The caller acts for the whole system, and has no project that could bound what he sees.
    private var seesWholeSystem: Bool {
        guard identity.isSystemScoped, identity.projectID == nil else { return false }
        return rules.allows(BuiltInRule.isSystemReader, credentials)
            || rules.allows(BuiltInRule.segregation, credentials)
    }
}
