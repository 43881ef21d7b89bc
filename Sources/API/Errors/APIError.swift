package import EventStore
package import Identity

/// Every way a request can fail. Closed: `ErrorResponder` turns each case into a status and a body.
package enum APIError: Error, Sendable, Equatable {
    /// The request is wrong; the text names the parameter and says what is expected.
    case badRequest(String)
    case notAuthorized(projectID: String)
    case forbidden
    /// Forbidden by a rule of ours, which the answer names.
    case refused(rule: String)
    /// No credentials, or wrong ones.
    case unauthenticated(IdentityError.Rejection)
    /// Whoever knows the callers cannot be asked now; the detail is for the log.
    case identityUnavailable(detail: String)
    case tooManyUnknown(retryAfter: Int)
    case eventNotFound(String)
    /// The path is known, and nothing is there: what Panko says of one event type.
    case nothingThere
    case pathNotFound
    case methodNotAllowed(method: String, allowed: [String])
    case notAcceptable
    case tooLarge(String)
    case unsupportedMediaType(String)
    case unsupportedEncoding(String)
    case storage(StorageError)

    init(_ error: IdentityError) {
        switch error {
        case .unauthenticated(let rejection): self = .unauthenticated(rejection)
        case .unavailable(let detail): self = .identityUnavailable(detail: detail)
        case .tooMany(let seconds): self = .tooManyUnknown(retryAfter: seconds)
        case .incomplete: self = .forbidden
        case .notAdministrator(let project): self = .notAuthorized(projectID: project)
        case .refused(let rule): self = .refused(rule: rule)
        }
    }
}
