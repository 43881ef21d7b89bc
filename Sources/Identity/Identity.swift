/// Who asks, as an authentication strategy found it out. Never built from what a client says of
/// itself, except by the strategy `none`.
package struct Identity: Sendable, Equatable {
    /// As the source gave them; compared without case.
    package var roles: [String]
    package var userID: String?
    package var projectID: String?
    /// The caller acts for the whole system and not for a project.
    package var isSystemScoped: Bool
    /// The domain the caller acts for; nil for every other scope.
    package var domainID: String?
    /// False only where Keystone names an admin project and this is another one.
    package var isAdminProject: Bool
    /// Nothing was checked: the strategy `none` believes whoever can connect.
    package var isUnchecked: Bool
    /// What may stand in a log to tell whose request it was: a user's name, a token's audit id, a
    /// certificate's subject. Never a secret.
    package var label: String?

    package init(
        roles: [String] = [], userID: String? = nil, projectID: String? = nil,
        isSystemScoped: Bool = false, domainID: String? = nil, isAdminProject: Bool = true,
        isUnchecked: Bool = false, label: String? = nil
    ) {
        self.roles = roles
        self.userID = userID
        self.projectID = projectID
        self.isSystemScoped = isSystemScoped
        self.domainID = domainID
        self.isAdminProject = isAdminProject
        self.isUnchecked = isUnchecked
        self.label = label
    }

    package func hasRole(_ role: String) -> Bool {
        roles.contains { $0.lowercased() == role }
    }
}
