internal import JSON
package import Values

/// How the service itself signs in, to ask about the tokens of others.
package enum KeystoneCredentials: Sendable, Equatable {
    case password(KeystoneReference, Secret, project: KeystoneReference)
    /// Has its project in itself.
    case applicationCredential(id: String, secret: Secret)
    /// By its name, which is unique for one user.
    case namedApplicationCredential(String, of: KeystoneReference, secret: Secret)

    /// The body of `POST /v3/auth/tokens`. Holds the secret.
    var requestBody: [UInt8] {
        var writer = JSONWriter(capacity: 512)
        writer.literal("{\"auth\": {\"identity\": {\"methods\": [")
        switch self {
        case .password(let user, let password, let project):
            writer.literal("\"password\"], \"password\": {\"user\": {")
            user.write(to: &writer)
            writer.literal(", \"password\": ")
            writer.string(password.reveal())
            writer.literal("}}}, \"scope\": {\"project\": {")
            project.write(to: &writer)
            writer.literal("}}}}")
        case .applicationCredential(let id, let secret):
            writer.literal("\"application_credential\"], \"application_credential\": {\"id\": ")
            writer.string(id)
            writer.literal(", \"secret\": ")
            writer.string(secret.reveal())
            writer.literal("}}}}")
        case .namedApplicationCredential(let name, let user, let secret):
            writer.literal("\"application_credential\"], \"application_credential\": {\"name\": ")
            writer.string(name)
            writer.literal(", \"user\": {")
            user.write(to: &writer)
            writer.literal("}, \"secret\": ")
            writer.string(secret.reveal())
            writer.literal("}}}}")
        }
        return writer.bytes
    }
}

/// A domain, by its id or its name.
package enum KeystoneDomain: Sendable, Equatable {
    case id(String)
    case name(String)

    fileprivate func write(to writer: inout JSONWriter) {
        switch self {
        case .id(let id):
            writer.literal("\"domain\": {\"id\": ")
            writer.string(id)
        case .name(let name):
            writer.literal("\"domain\": {\"name\": ")
            writer.string(name)
        }
        writer.literal("}")
    }
}

/// A user or a project, by its id, or by its name, which is unique within a domain.
package enum KeystoneReference: Sendable, Equatable {
    case id(String)
    case name(String, in: KeystoneDomain)

    fileprivate func write(to writer: inout JSONWriter) {
        switch self {
        case .id(let id):
            writer.literal("\"id\": ")
            writer.string(id)
        case .name(let name, let domain):
            writer.literal("\"name\": ")
            writer.string(name)
            writer.literal(", ")
            domain.write(to: &writer)
        }
    }
}
