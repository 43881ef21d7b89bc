package import HTTP

/// What sends requests to other services. `HTTPClient` is the real one; tests have their own.
package protocol HTTPTransport: Sendable {
    /// Sends one request once and returns whatever the server answers, errors of HTTP included.
    ///
    /// - Throws: `.cancelled` where the task was cancelled; the request may have arrived all the
    ///   same, as with `.timedOut` and `.broken`.
    func send(_ request: OutgoingRequest) async throws(HTTPClientError) -> IncomingResponse
}

/// One request to another service.
package struct OutgoingRequest: Sendable, CustomStringConvertible {
    /// As in RFC 9110 section 9: `GET`.
    package var method: String
    /// Absolute, `http` or `https`, percent-encoded, without a user and a password.
    package var url: String
    /// Without `Host` and `Content-Length`, which follow from the rest.
    package var headers: Headers
    package var body: [UInt8]
    /// From the call to the last byte of the answer, waiting for a free connection included. Nil
    /// takes the client's own.
    package var timeout: Duration?

    package init(
        method: String = "GET", url: String, headers: Headers = Headers(), body: [UInt8] = [],
        timeout: Duration? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
    }

    /// Neither the header fields nor the query: both may hold secrets.
    package var description: String {
        "\(method) \(url.prefix { $0 != "?" })"
    }
}

/// The answer, read whole.
package struct IncomingResponse: Sendable {
    package let status: Int
    package let headers: Headers
    package let body: [UInt8]

    package init(status: Int, headers: Headers = Headers(), body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}
