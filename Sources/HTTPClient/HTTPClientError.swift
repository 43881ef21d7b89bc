/// Why there is no answer. Details name hosts and files, never a header field, a query or a body.
package enum HTTPClientError: Error, Sendable, Equatable {
    /// The URL, the method or a header field cannot be sent.
    case invalidURL(detail: String)
    /// The host has no address, or nobody listens there.
    case cannotConnect(detail: String)
    /// The server's certificate is not trusted, ours is refused, or no protocol is common to both.
    case tls(detail: String)
    case timedOut(detail: String)
    /// The answer is longer than allowed.
    case tooLarge(detail: String)
    /// The connection ended before the answer did, or what came is no HTTP.
    case broken(detail: String)
    case cancelled(detail: String)

    /// For whoever named the server: says what to do.
    package var userMessage: String {
        switch self {
        case .invalidURL(let detail): "The request cannot be sent: \(detail)."
        case .cannotConnect(let detail):
            "The server cannot be reached: \(detail). Check its address, and that it runs."
        case .tls(let detail):
            "TLS failed: \(detail). Check the authorities to trust and the client certificate."
        case .timedOut(let detail): "The server did not answer in time: \(detail)."
        case .tooLarge(let detail): "The answer is too large: \(detail)."
        case .broken(let detail): "The connection failed before the answer was there: \(detail)."
        case .cancelled: "The request was cancelled."
        }
    }

    /// A word for metrics.
    package var label: String {
        switch self {
        case .invalidURL: "invalid_url"
        case .cannotConnect: "cannot_connect"
        case .tls: "tls"
        case .timedOut: "timed_out"
        case .tooLarge: "too_large"
        case .broken: "broken"
        case .cancelled: "cancelled"
        }
    }

    /// For the operator's log.
    package var detail: String {
        switch self {
        case .invalidURL(let detail), .cannotConnect(let detail), .tls(let detail),
            .timedOut(let detail), .tooLarge(let detail), .broken(let detail),
            .cancelled(let detail):
            detail
        }
    }

    /// The same request may succeed a moment later.
    package var isPassing: Bool {
        switch self {
        case .cannotConnect, .timedOut, .broken: true
        case .invalidURL, .tls, .tooLarge, .cancelled: false
        }
    }
}
