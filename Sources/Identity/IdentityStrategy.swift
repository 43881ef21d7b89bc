package import HTTP

/// Finds out who asks. The settings choose one strategy for the whole service.
package protocol IdentityStrategy: Sendable {
    /// - Throws: where the credentials are wrong; missing ones give an empty identity.
    func authenticate(_ request: Request) async throws(IdentityError) -> Identity
}

/// `auth.strategy: none`: believes the identity headers, as Panko does without Keystone. Only for
/// loopback, or behind a proxy that sets the headers and removes the client's.
package struct TrustedHeaders: IdentityStrategy {
    package init() {}

    package func authenticate(_ request: Request) async throws(IdentityError) -> Identity {
        Identity(
            // Panko does not trim: in "member, admin" the second role is " admin".
            roles: request.headers.joined("X-Roles")?.split(separator: ",").map(String.init) ?? [],
            userID: request.headers.joined("X-User-Id"),
            projectID: request.headers.joined("X-Project-Id"),
            isSystemScoped: request.headers.joined("OpenStack-System-Scope") == "all")
    }
}

extension Headers {
    /// All values of that name with commas between them, as WSGI gives them; nil where empty.
    fileprivate func joined(_ name: String) -> String? {
        let name = name.lowercased()
        let text = fields.filter { $0.name.lowercased() == name }.map(\.value)
            .joined(separator: ",")
        return text.isEmpty ? nil : text
    }
}
