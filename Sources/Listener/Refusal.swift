import HTTP

/// An answer that the listener gives without asking the responder. It always ends the connection:
/// what follows on it may not be what it seems.
struct Refusal: Error, Sendable, Equatable {
    let status: Status
    let description: String

    static func malformed(_ description: String) -> Refusal {
        Refusal(status: .badRequest, description: description)
    }

    static func bodyTooLarge(limit: Int) -> Refusal {
        Refusal(
            status: .contentTooLarge,
            description: "The body is larger than \(limit) bytes, the limit of this server.")
    }

    static let tooManyFields = Refusal(
        status: .headersTooLarge, description: "The request has too many header fields.")

    static let noMemory = Refusal(
        status: .unavailable,
        description: "The server is receiving as much as it has memory for. Try again in a moment.")

    static let tooManyConnections = Refusal(
        status: .unavailable,
        description: "The server has as many connections as it takes. Try again in a moment.")

    static let certificateMissing = Refusal(
        status: .forbidden, description: "This server requires a client certificate.")

    static func certificateInvalid(_ reason: String) -> Refusal {
        Refusal(
            status: .forbidden, description: "The client certificate is not accepted: \(reason)")
    }

    var response: Response {
        var headers: Headers = ["Content-Type": "application/json", "Connection": "close"]
        if status == .unavailable { headers["Retry-After"] = "1" }
        return Response(status: status, headers: headers, body: .bytes(Array(body.utf8)))
    }

    /// The whole answer, for a client that libmicrohttpd never hears of.
    var wireText: String {
        "HTTP/1.1 \(status.code) \(status.phrase)\r\nContent-Type: application/json\r\n"
            + "Content-Length: \(body.utf8.count)\r\nConnection: close\r\nRetry-After: 1\r\n"
            + "X-Openstack-Request-Id: \(RequestIdentifier.make())\r\n\r\n" + body
    }

    /// The shape of every error of the API; see the API's reference.
    private var body: String {
        let fault = status.code < 500 ? "Client" : "Server"
        let text = Self.quoted(description)
        return "{\"error_message\": {\"faultcode\": \"\(fault)\", \"faultstring\": \(text), "
            + "\"debuginfo\": null, \"code\": \(status.code), \"title\": \"\(status.phrase)\", "
            + "\"description\": \(text)}}"
    }

    /// Printable ASCII stays; a refusal has no need of more.
    private static func quoted(_ text: String) -> String {
        let characters = text.unicodeScalars.map { scalar in
            switch scalar {
            case "\"", "\\": "\\\(scalar)"
            case " "..."~": String(scalar)
            default: "?"
            }
        }
        return "\"\(characters.joined())\""
    }
}
