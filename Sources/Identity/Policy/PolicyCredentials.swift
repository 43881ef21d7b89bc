extension Identity {
    /// What rules can ask of a caller. An attribute that he lacks is null, `None` to a rule.
    package var credentials: PolicyValue {
        .object([
            .init("roles", .list(roles.map { .text($0) })),
            .init("user_id", userID.map { .text($0) } ?? .null),
            .init("project_id", projectID.map { .text($0) } ?? .null),
            .init("domain_id", domainID.map { .text($0) } ?? .null),
            .init("system_scope", isSystemScoped ? .text("all") : .null),
            .init("is_admin_project", .boolean(isAdminProject)),
            .init("is_unchecked", .boolean(isUnchecked)),
        ])
    }
}
