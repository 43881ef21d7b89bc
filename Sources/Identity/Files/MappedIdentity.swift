/// Whom credentials of ours stand for: the part that every mapping file has in common.
struct MappedIdentity: Sendable, Equatable {
    let identity: Identity

    /// The keys that say it.
    static let keys = ["roles", "project_id", "user_id", "domain_id", "system_scope"]

    /// Takes its keys from the entry.
    ///
    /// - Parameter label: what may stand in a log.
    init(_ entry: inout YAMLEntry, label: String) throws(CredentialFileError) {
        var identity = Identity(label: label)
        identity.roles = try entry.texts("roles")
        identity.projectID = try entry.text("project_id")
        identity.userID = try entry.text("user_id")
        identity.domainID = try entry.text("domain_id")
        switch try entry.text("system_scope") {
        case nil: break
        case "all": identity.isSystemScoped = true
        default:
            throw CredentialFileError(
                entry.path, line: entry.line, "system_scope must be all, or not be there")
        }
        let scopes = [
            identity.projectID != nil, identity.domainID != nil, identity.isSystemScoped,
        ]
        if scopes.count(where: \.self) > 1 {
            throw CredentialFileError(
                entry.path, line: entry.line,
                "only one of project_id, domain_id and system_scope can be there")
        }
        self.identity = identity
    }
}
