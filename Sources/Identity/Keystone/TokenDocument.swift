internal import JSON
internal import Values

/// What Keystone says of a token: the part of it that we use.
///
/// - Source: `GET /v3/auth/tokens` of Keystone 22 and 29, as recorded.
struct TokenDocument: Sendable, Equatable {
    var identity = Identity()
    var expires = Timestamp.earliest
    /// What an application credential may be used for; nil where there is no such limit, empty where
    /// nothing is allowed.
    var accessRules: [TokenAccessRule]?
    /// The types of the services in the catalog; nil where no catalog was sent.
    var catalogTypes: [String]?

    /// - Throws: where the body is no token's, so that nobody gets in by half a document.
    init(_ body: [UInt8]) throws(KeystoneFailure) {
        let found: TokenDocument?
        do throws(JSONError) {
            found = try JSONDocument.read(body) { document throws(JSONError) in
                TokenReader(document: document).token(try document.value())
            }
        } catch {
            throw KeystoneFailure(.answer, "the answer is \(error.userMessage)")
        }
        guard let found else {
            throw KeystoneFailure(.answer, "the answer is no token's document")
        }
        self = found
    }

    fileprivate init() {}
}

/// Reads the members of a token's document. Whatever has another type than it should is missing.
private struct TokenReader {
    let document: JSONDocument

    /// Nil where a part is missing without which nothing can be decided.
    func token(_ root: JSONNode) -> TokenDocument? {
        guard let token = document.member("token", of: root),
            let user = document.member("user", of: token),
            let userID = document.string("id", of: user),
            let end = document.string("expires_at", of: token), let expires = Timestamp(end)
        else { return nil }
        var found = TokenDocument()
        found.expires = expires
        found.identity = identity(token, userID: userID)
        guard readAccessRules(token, into: &found) else { return nil }
        if let catalog = document.member("catalog", of: token) {
            found.catalogTypes = document.array(catalog).compactMap {
                document.string("type", of: $0)
            }
        }
        return found
    }

    private func identity(_ token: JSONNode, userID: String) -> Identity {
        let roles = document.member("roles", of: token).map(document.array) ?? []
        let system = document.member("system", of: token)
        return Identity(
            roles: roles.compactMap { document.string("name", of: $0) }, userID: userID,
            projectID: document.member("project", of: token)
                .flatMap { document.string("id", of: $0) },
            isSystemScoped: system.flatMap { document.flag("all", of: $0) } ?? false,
            domainID: document.member("domain", of: token)
                .flatMap { document.string("id", of: $0) },
            isAdminProject: document.flag("is_admin_project", of: token) ?? true,
            label: auditID(token))
    }

    /// Names the token without giving it away.
    private func auditID(_ token: JSONNode) -> String? {
        guard let ids = document.member("audit_ids", of: token),
            let first = document.array(ids).first, document.kind(of: first) == .string
        else { return nil }
        return document.text(of: first)
    }

    /// - Returns: false where there are rules that cannot be read.
    private func readAccessRules(_ token: JSONNode, into found: inout TokenDocument) -> Bool {
        guard let credential = document.member("application_credential", of: token),
            let rules = document.member("access_rules", of: credential),
            document.kind(of: rules) != .null
        else { return true }
        guard document.kind(of: rules) == .array else { return false }
        // A rule that lacks a part allows nothing.
        found.accessRules = document.array(rules).compactMap { rule in
            guard let service = document.string("service", of: rule),
                let method = document.string("method", of: rule),
                let path = document.string("path", of: rule)
            else { return nil }
            return TokenAccessRule(service: service, method: method, path: path)
        }
        return true
    }
}
