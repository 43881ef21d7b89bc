/// One answer: a status, header fields and a body that is ready or made while it is sent.
package struct Response: Sendable {
    package var status: Status
    package var headers: Headers
    package var body: ResponseBody

    package init(
        status: Status = .ok, headers: Headers = Headers(), body: ResponseBody = .bytes([])
    ) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    package init(status: Status = .ok, type: String, text: String) {
        self.init(status: status, headers: ["Content-Type": type], body: .bytes(Array(text.utf8)))
    }
}

package enum ResponseBody: Sendable {
    case bytes([UInt8])
    /// Sent in chunks as they are made; a throw cuts the connection, so that nobody takes half an
    /// answer for a whole one.
    case stream(ResponseStream)
}

/// A body made piece by piece. The listener asks for the next piece only when the last one is on its
/// way, so a slow reader holds one piece in memory and no more.
package struct ResponseStream: Sendable {
    /// The next piece, never empty; nil at the end. Called by one task at a time.
    package let next: @Sendable () async throws -> [UInt8]?

    package init(next: @escaping @Sendable () async throws -> [UInt8]?) {
        self.next = next
    }
}

/// What answers requests. Every failure has become a response by the time it returns.
package protocol Responder: Sendable {
    func respond(to request: Request) async -> Response
}
