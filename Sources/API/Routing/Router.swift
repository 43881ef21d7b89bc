internal import EventStore
package import HTTP
package import Logging

/// Finds the route of a request and answers it; whatever goes wrong becomes an answer here.
package struct Router: Responder {
    /// - Throws: where the request comes from nobody that is known.
    package typealias Admission = @Sendable (Request) async throws(APIError) -> Void

    private let routes: [Route]
    private let admission: Admission?
    private let cors: CORSSettings
    private let challenges: [String]
    private let logger: Logger

    /// - Parameters:
    ///   - routes: the first that matches answers.
    ///   - admission: asked before a path below `/v2` is said not to be there, or not to have the
    ///     method: who is nobody gets 401, as from a middleware before Panko.
    ///   - challenges: what every 401 says in `WWW-Authenticate`.
    package init(
        routes: [Route], admission: Admission? = nil, cors: CORSSettings = CORSSettings(),
        challenges: [String] = [], logger: Logger
    ) {
        self.routes = routes
        self.admission = admission
        self.cors = cors
        self.challenges = challenges
        self.logger = logger
    }

    package func respond(to request: Request) async -> Response {
        var response: Response
        do throws(APIError) {
            response = try await answer(request)
        } catch {
            log(error, of: request)
            response = ErrorResponder.response(to: error, accept: request.headers["Accept"])
            challenge(&response)
        }
        if request.method == "HEAD", case .stream = response.body { response.body = .bytes([]) }
        response.headers["X-Openstack-Request-Id"] = request.id
        cors.apply(to: &response, for: request)
        return response
    }

    /// A 401 of a rule invites to come as somebody else, like one of a strategy.
    private func challenge(_ response: inout Response) {
        guard response.status == .unauthorized, response.headers["WWW-Authenticate"] == nil else {
            return
        }
        for challenge in challenges { response.headers.append("WWW-Authenticate", challenge) }
    }

    /// The pattern that the request's path fits, `/v2/events/{message_id}`; nil where none does.
    package func pattern(of request: Request) -> String? {
        guard let path = PercentCoding.segments(of: request.path) else { return nil }
        return routes.first { $0.pattern.match(path) != nil }?.pattern.text
    }

    /// What is served: `GET /v2/events`.
    package var operations: [String] { routes.flatMap(\.operations) }

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
        if request.method == "OPTIONS" {
            return WebhookValidation.answer(to: request) ?? Response()
        }
        if path.first == "v2" { try await admission?(request) }
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
