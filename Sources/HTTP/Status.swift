/// An HTTP status code and its phrase (RFC 9110 section 15).
package struct Status: Sendable, Hashable {
    package let code: Int

    package init(_ code: Int) {
        self.code = code
    }

    package static let ok = Status(200)
    package static let accepted = Status(202)
    package static let noContent = Status(204)
    package static let badRequest = Status(400)
    package static let unauthorized = Status(401)
    package static let forbidden = Status(403)
    package static let notFound = Status(404)
    package static let methodNotAllowed = Status(405)
    package static let notAcceptable = Status(406)
    package static let contentTooLarge = Status(413)
    package static let unsupportedMediaType = Status(415)
    package static let tooManyRequests = Status(429)
    package static let headersTooLarge = Status(431)
    package static let serverError = Status(500)
    package static let unavailable = Status(503)

    package var phrase: String {
        switch code {
        case 200: "OK"
        case 202: "Accepted"
        case 204: "No Content"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 406: "Not Acceptable"
        case 408: "Request Timeout"
        case 413: "Content Too Large"
        case 415: "Unsupported Media Type"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 500: "Internal Server Error"
        case 503: "Service Unavailable"
        default: "Status \(code)"
        }
    }
}
