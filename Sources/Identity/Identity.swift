/// Who asks, as an authentication strategy found it out.
package struct Identity: Sendable, Equatable {
    /// As the source gave them; compared without case.
    package var roles: [String]
    package var userID: String?
    package var projectID: String?
    /// The caller acts for the whole system and not for a project.
    package var isSystemScoped: Bool

    package init(
        roles: [String] = [], userID: String? = nil, projectID: String? = nil,
        isSystemScoped: Bool = false
    ) {
        self.roles = roles
        self.userID = userID
        self.projectID = projectID
        self.isSystemScoped = isSystemScoped
    }

    package func hasRole(_ role: String) -> Bool {
        roles.contains { $0.lowercased() == role }
    }

    /// Panko's rule `context_is_admin`.
    package var isAdministrator: Bool { hasRole("admin") }
}

/// Why a caller was turned away.
package enum IdentityError: Error, Sendable, Equatable {
    /// Who asks is not known well enough for any rule: no user, no project.
    case incomplete
    /// Known, and not allowed.
    case notAdministrator(projectID: String)
}
