internal import HTTP
internal import Identity
internal import JSON

/// Answers to callers that could not be told apart. In Panko they come from middleware before it, so
/// their bodies have other shapes than its own errors.
///
/// - Source: keystonemiddleware 13.0.1 and oslo.middleware 8.2.0, as recorded.
enum IdentityFailure {
    static let unavailableMessage = "The Keystone service is temporarily unavailable."

    /// Panko's words for its own rules, which its clients compare; for ours what would help.
    static func refusal(by rule: String) -> String {
        let isPankos = [BuiltInRule.listEvents, BuiltInRule.showEvent].contains(rule)
        let failure = "RBAC Authorization Failed"
        return isPankos
            ? failure : "\(failure): the rule \(rule) of the policy does not allow it."
    }

    /// Nil for every other error.
    static func response(to error: APIError, accept: String?) -> Response? {
        switch error {
        case .unauthenticated(let rejection): unauthorized(rejection)
        case .identityUnavailable: unavailable(accept)
        case .tooManyUnknown(let seconds): tooMany(error, seconds)
        default: nil
        }
    }

    private static func unauthorized(_ rejection: IdentityError.Rejection) -> Response {
        var writer = JSONWriter(capacity: 256)
        switch rejection.style {
        case .keystone:
            writer.literal("{\"error\": {\"code\": 401, \"title\": \"Unauthorized\", \"message\": ")
            writer.string(rejection.message)
            writer.literal("}}")
        case .plain:
            writer.literal("{\"error\": {\"message\": ")
            writer.string(rejection.message)
            writer.literal(", \"code\": 401}}")
        }
        var response = Response(json: writer.bytes)
        response.status = .unauthorized
        for challenge in rejection.challenges {
            response.headers.append("WWW-Authenticate", challenge)
        }
        return response
    }

    private static let later =
        "The server is currently unavailable. Please try again at a later time."

    /// For a reader of JSON what WebOb writes as JSON, for all others what it writes as text.
    private static func unavailable(_ accept: String?) -> Response {
        var response: Response
        if namesJSON(accept) {
            var writer = JSONWriter(capacity: 256)
            writer.literal("{\"message\": ")
            writer.string("\(later)<br /><br />\n\(unavailableMessage)\n\n")
            writer.literal(
                ", \"code\": \"503 Service Unavailable\", \"title\": \"Service Unavailable\"}")
            response = Response(json: writer.bytes)
            response.status = .unavailable
        } else {
            response = Response(
                status: .unavailable, type: "text/plain; charset=UTF-8",
                text: "503 Service Unavailable\n\n\(later)\n\n \(unavailableMessage)  ")
        }
        response.headers["Retry-After"] = "1"
        return response
    }

    private static func namesJSON(_ accept: String?) -> Bool {
        (accept ?? "").lowercased().split(separator: ",").contains { range in
            range.prefix { $0 != ";" }.filter { $0 != " " } == "application/json"
        }
    }

    private static func tooMany(_ error: APIError, _ seconds: Int) -> Response {
        var writer = JSONWriter(capacity: 256)
        writer.literal("{\"error_message\": ")
        ErrorResponder.append(error, .tooManyRequests, to: &writer)
        writer.literal("}")
        var response = Response(json: writer.bytes)
        response.status = .tooManyRequests
        response.headers["Retry-After"] = "\(seconds)"
        return response
    }
}
