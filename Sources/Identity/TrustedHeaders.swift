package import HTTP

/// The strategy `none`: believes the identity headers, as Panko does without Keystone. Only for
/// loopback, or behind a proxy that sets the headers and removes the client's.
package struct TrustedHeaders: IdentityStrategy {
    package init() {}

    /// Never nil: a request without headers has an empty identity, which rules can turn away.
    package func authenticate(_ request: Request) async throws(IdentityError) -> Identity? {
        var found: [String: String] = [:]
        for field in request.headers.fields {
            let name = field.name.lowercased()
            guard Self.names.contains(name) else { continue }
            // Sent twice, it counts as one with a comma, as WSGI gives it.
            found[name] = found[name].map { $0 + "," + field.value } ?? field.value
        }
        found = found.filter { !$0.value.isEmpty }
        return Identity(
            // Panko does not trim: in "member, admin" the second role is " admin".
            roles: found["x-roles"]?.split(separator: ",").map(String.init) ?? [],
            userID: found["x-user-id"], projectID: found["x-project-id"],
            isSystemScoped: found["openstack-system-scope"] == "all", isUnchecked: true)
    }

    private static let names = [
        "x-roles", "x-user-id", "x-project-id", "openstack-system-scope",
    ]
}
