package import EventStore

/// Who may do what: Panko's rules, with the holes closed that its contract names.
///
/// - Source: Panko's `rbac.py` and default policies; api-ref/deviations.md says where we differ.
package struct AccessRules: Sendable {
    package init() {}

    /// What a caller sees of the events.
    ///
    /// - Parameter allTenants: an administrator asked for all projects; nobody else can.
    /// - Throws: `.incomplete` without user and project. An administrator of the whole system has
    ///   none, and sees everything.
    package func visibility(
        of identity: Identity, allTenants: Bool = false
    ) throws(IdentityError) -> Visibility {
        if identity.isAdministrator, identity.isSystemScoped, identity.projectID == nil {
            return .everything
        }
        guard let user = identity.userID, let project = identity.projectID else {
            throw .incomplete
        }
        guard identity.isAdministrator else { return .user(user, project: project) }
        return allTenants ? .everything : .projectAndUnowned(project)
    }

    /// Event types and traits are shown to administrators only, whole.
    package func requireAdministrator(_ identity: Identity) throws(IdentityError) {
        if identity.isAdministrator { return }
        guard identity.userID != nil, let project = identity.projectID else { throw .incomplete }
        throw .notAdministrator(projectID: project)
    }
}
