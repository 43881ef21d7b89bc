package import EventStore
internal import Identity

/// Every way a request can fail. Closed: `ErrorResponder` turns each case into a status and a body.
package enum APIError: Error, Sendable, Equatable {
    /// The request is wrong; the text names the parameter and says what is expected.
    case badRequest(String)
    case notAuthorized(projectID: String)
    case forbidden
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
        case .incomplete: self = .forbidden
        case .notAdministrator(let project): self = .notAuthorized(projectID: project)
        }
    }
}
