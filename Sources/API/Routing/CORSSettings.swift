internal import HTTP

/// Which web pages may read our answers (`cors.allowed_origins`). None unless configured.
///
/// - Source: oslo.middleware's `cors` with Panko's lists of methods and header fields.
package struct CORSSettings: Sendable, Equatable {
    /// Origins as browsers send them, `https://dashboard.example.com`; `*` allows all.
    package var allowedOrigins: [String]

    package init(allowedOrigins: [String] = []) {
        self.allowedOrigins = allowedOrigins
    }

    private static let methods = ["GET", "PUT", "POST", "DELETE", "PATCH"]
    /// What a page may send beside the fields every page may.
    private static let requestFields = [
        "x-auth-token", "x-identity-status", "x-roles", "x-service-catalog", "x-user-id",
        "x-tenant-id", "x-openstack-request-id", "accept", "accept-language", "content-type",
        "cache-control", "content-language", "expires", "last-modified", "pragma",
    ]
    private static let exposedFields =
        "X-Auth-Token,X-Subject-Token,X-Service-Token,X-Openstack-Request-Id"
    /// Seconds a browser may remember a preflight.
    private static let maximumAge = "3600"

    /// Adds what the page's browser must see; nothing where the origin is not allowed.
    func apply(to response: inout Response, for request: Request) {
        guard let origin = request.headers["Origin"],
            allowedOrigins.contains(origin) || allowedOrigins.contains("*")
        else { return }
        if request.method == "OPTIONS" {
            applyPreflight(to: &response, for: request, origin: origin)
        } else {
            applyOrigin(origin, to: &response)
            response.headers["Access-Control-Expose-Headers"] = Self.exposedFields
        }
    }

    private func applyPreflight(
        to response: inout Response, for request: Request, origin: String
    ) {
        guard let method = request.headers["Access-Control-Request-Method"],
            Self.methods.contains(method)
        else { return }
        let fields = (request.headers["Access-Control-Request-Headers"] ?? "")
            .split(separator: ",")
            .map { $0.filter { $0 != " " } }
        guard fields.allSatisfy({ Self.requestFields.contains($0.lowercased()) }) else { return }
        applyOrigin(origin, to: &response)
        response.headers["Access-Control-Max-Age"] = Self.maximumAge
        response.headers["Access-Control-Allow-Methods"] = method
        if !fields.isEmpty {
            response.headers["Access-Control-Allow-Headers"] = fields.joined(separator: ",")
        }
    }

    private func applyOrigin(_ origin: String, to response: inout Response) {
        response.headers["Vary"] = "Origin"
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Allow-Credentials"] = "true"
    }
}
