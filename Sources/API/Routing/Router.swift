internal import EventStore
package import HTTP
package import Logging

/// Finds the route of a request and answers it; whatever goes wrong becomes an answer here.
package struct Router: Responder {
    private let routes: [Route]
    private let cors: CORSSettings
    private let logger: Logger

    /// - Parameter routes: the first that matches answers.
    package init(routes: [Route], cors: CORSSettings = CORSSettings(), logger: Logger) {
        self.routes = routes
        self.cors = cors
        self.logger = logger
    }

    package func respond(to request: Request) async -> Response {
        var response: Response
        do throws(APIError) {
            response = try await answer(request)
        } catch {
            log(error, of: request)
            response = ErrorResponder.response(to: error)
        }
        if request.method == "HEAD", case .stream = response.body { response.body = .bytes([]) }
        response.headers["X-Openstack-Request-Id"] = request.id
        cors.apply(to: &response, for: request)
        return response
    }

    /// The pattern that the request's path fits, `/v2/events/{message_id}`; nil where none does.
    package func pattern(of request: Request) -> String? {
        guard let path = PercentCoding.segments(of: request.path) else { return nil }
        return routes.first { $0.pattern.match(path) != nil }?.pattern.text
    }

    private func answer(_ request: Request) async throws(APIError) -> Response {
        guard let path = PercentCoding.segments(of: request.path) else {
            throw .badRequest("The path is not valid UTF-8.")
        }
        var allowed: [String]?
        for route in routes {
            guard let parameters = route.pattern.match(path) else { continue }
            if route.answers(request.method) {
                return try await route.handler(
                    RoutedRequest(request: request, parameters: parameters))
            }
            allowed = (allowed ?? []) + route.allowed
        }
        // Preflights and probes: Panko answers OPTIONS on any path, whether there is one or not.
        if request.method == "OPTIONS" { return Response() }
        guard let allowed else { throw .pathNotFound }
        var names: [String] = []
        for name in allowed + ["OPTIONS"] where !names.contains(name) { names.append(name) }
        throw .methodNotAllowed(method: request.method, allowed: names)
    }

    /// Clients' mistakes are theirs to read; the operator needs to know of the store's.
    private func log(_ error: APIError, of request: Request) {
        guard case .storage(let failure) = error else { return }
        let level: Logger.Level =
            switch failure {
            case .invalidQuery, .cancelled: .debug
            case .busy, .unavailable, .timedOut: .warning
            case .full, .failed: .error
            }
        logger.log(
            level: level, "storage failed",
            metadata: [
                "request": "\(request.id)", "kind": "\(failure.label)",
                "detail": "\(failure.detail)",
            ])
    }
}
