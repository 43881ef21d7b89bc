internal import EventStore
package import HTTP
internal import Identity
internal import JSON

/// The one table from error to status, header fields and body.
package enum ErrorResponder {
    /// - Parameter accept: the request's `Accept`, where the form of the answer depends on it.
    package static func response(to error: APIError, accept: String? = nil) -> Response {
        if let response = IdentityFailure.response(to: error, accept: accept) { return response }
        let status = status(of: error)
        var headers: Headers = ["Content-Type": "application/json"]
        switch error {
        case .methodNotAllowed(_, let allowed):
            headers["Allow"] = allowed.joined(separator: ", ")
        case .unsupportedEncoding:
            headers["Accept-Encoding"] = "gzip, identity"
        case .storage(.busy), .storage(.unavailable): headers["Retry-After"] = "1"
        case .storage(.full), .storage(.failed): headers["Retry-After"] = "30"
        default: break
        }
        return Response(status: status, headers: headers, body: .bytes(body(of: error, status)))
    }

    static func status(of error: APIError) -> Status {
        switch error {
        case .badRequest, .storage(.invalidQuery): .badRequest
        case .notAuthorized, .unauthenticated: .unauthorized
        case .tooManyUnknown: .tooManyRequests
        case .forbidden, .refused: .forbidden
        case .eventNotFound, .nothingThere, .pathNotFound: .notFound
        case .methodNotAllowed: .methodNotAllowed
        case .notAcceptable: .notAcceptable
        case .tooLarge: .contentTooLarge
        case .unsupportedMediaType, .unsupportedEncoding: .unsupportedMediaType
        case .storage, .identityUnavailable: .unavailable
        }
    }

    /// For the user; Panko's text where it has one, because its clients and tests compare them.
    static func message(of error: APIError) -> String {
        switch error {
        case .badRequest(let text), .tooLarge(let text), .unsupportedMediaType(let text),
            .unsupportedEncoding(let text):
            text
        case .notAuthorized(let project): "Not Authorized to access project \(project)"
        case .unauthenticated(let rejection): rejection.message
        case .identityUnavailable: IdentityFailure.unavailableMessage
        case .tooManyUnknown:
            "Too many requests with unknown credentials. Try again after Retry-After seconds."
        case .forbidden: "RBAC Authorization Failed"
        case .refused(let rule): IdentityFailure.refusal(by: rule)
        case .eventNotFound(let id): "Event \(id) Not Found"
        case .nothingThere, .pathNotFound: "The resource could not be found."
        case .methodNotAllowed(let method, _):
            "The method \(method) is not allowed for this resource."
        case .notAcceptable: "Only application/json can be sent; the Accept header excludes it."
        case .storage(let error): error.userMessage
        }
    }

    /// Panko's application errors have three members. What its framework says has three others, and
    /// those answers get both, so that every client finds the ones it knows.
    private static func body(of error: APIError, _ status: Status) -> [UInt8] {
        var writer = JSONWriter(capacity: 256)
        writer.literal("{\"error_message\": ")
        append(error, status, to: &writer)
        writer.literal("}")
        return writer.bytes
    }

    /// The error object alone, for answers that say more than that.
    static func append(_ error: APIError, _ status: Status, to writer: inout JSONWriter) {
        writer.literal(
            status.code < 500 ? "{\"faultcode\": \"Client\"" : "{\"faultcode\": \"Server\"")
        writer.literal(", \"faultstring\": ")
        writer.string(message(of: error))
        writer.literal(", \"debuginfo\": null")
        if !isApplicationError(error) {
            writer.literal(", \"code\": ")
            writer.number(status.code)
            writer.literal(", \"title\": ")
            writer.string(status.phrase)
            writer.literal(", \"description\": ")
            writer.string(description(of: error))
        }
        writer.literal("}")
    }

    private static func isApplicationError(_ error: APIError) -> Bool {
        switch error {
        case .badRequest, .eventNotFound, .nothingThere, .unsupportedMediaType: true
        default: false
        }
    }

    /// What Panko's framework puts there: nothing for a path, an empty text for a method.
    private static func description(of error: APIError) -> String? {
        switch error {
        case .pathNotFound: nil
        case .methodNotAllowed: ""
        default: message(of: error)
        }
    }
}
