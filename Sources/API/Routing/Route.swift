package import HTTP

/// What answers one kind of path.
package struct Route: Sendable {
    package typealias Handler = @Sendable (RoutedRequest) async throws(APIError) -> Response

    private let methods: [String]
    let pattern: PathPattern
    let handler: Handler

    /// - Parameters:
    ///   - methods: `HEAD` comes with `GET`, and the router answers `OPTIONS`.
    ///   - pattern: `/v2/events/{message_id}`; a segment in braces matches any one segment.
    ///   - handler: answers `HEAD` as if it were `GET`; the body is not sent.
    package init(_ methods: [String], _ pattern: String, handler: @escaping Handler) {
        self.methods = methods
        self.pattern = PathPattern(pattern)
        self.handler = handler
    }

    func answers(_ method: String) -> Bool {
        methods.contains(method == "HEAD" ? "GET" : method)
    }

    var operations: [String] { methods.map { "\($0) \(pattern.text)" } }

    /// For the `Allow` header of a 405.
    var allowed: [String] { methods + (methods.contains("GET") ? ["HEAD"] : []) }

    /// A route of another room. It sees the request as it came, also `HEAD`.
    package init(_ methods: [String], _ pattern: String, responder: any Responder) {
        self.init(methods, pattern) { routed in await responder.respond(to: routed.request) }
    }
}

/// A request and what its path said.
package struct RoutedRequest: Sendable {
    package let request: Request
    let parameters: [(name: String, value: String)]

    /// The decoded segment that stood for `{name}`; a route asks only for names of its own pattern.
    package func parameter(_ name: String) -> String {
        parameters.first { $0.name == name }?.value ?? ""
    }
}

/// The segments of a path; slashes at the end and doubled ones do not count.
struct PathPattern: Sendable {
    private enum Segment {
        case fixed(String)
        case parameter(String)
    }

    /// As it was written: names the route in metrics.
    let text: String
    private let segments: [Segment]

    init(_ pattern: String) {
        text = pattern
        segments = pattern.split(separator: "/").map { segment in
            segment.hasPrefix("{")
                ? .parameter(String(segment.dropFirst().dropLast())) : .fixed(String(segment))
        }
    }

    /// The parameters, or nil where the path is another one.
    func match(_ path: [String]) -> [(name: String, value: String)]? {
        guard path.count == segments.count else { return nil }
        var parameters: [(name: String, value: String)] = []
        for (segment, text) in zip(segments, path) {
            switch segment {
            case .fixed(let wanted):
                if !wanted.utf8.elementsEqual(text.utf8) { return nil }
            case .parameter(let name):
                parameters.append((name, text))
            }
        }
        return parameters
    }
}
