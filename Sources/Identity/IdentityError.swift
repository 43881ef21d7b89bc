/// Why a caller was turned away.
package enum IdentityError: Error, Sendable, Equatable {
    /// No credentials, or wrong ones: 401 in the shape that the strategy's clients know.
    case unauthenticated(Rejection)
    /// Whoever could tell cannot be asked now, Keystone for one: 503. The detail is for the log.
    case unavailable(detail: String)
    /// Too many unknown credentials at once: 429, and the seconds until trying again makes sense.
    case tooMany(retryAfter: Int)
    /// Who asks is not known well enough for any rule: no user, no project.
    case incomplete
    /// Known, and not allowed to see types and traits.
    case notAdministrator(projectID: String)
    /// Known, and a rule of the policy does not hold.
    case refused(rule: String)

    package struct Rejection: Error, Sendable, Equatable {
        package var style: Style
        /// For the client; says nothing about which part was wrong.
        package var message: String
        /// The values of `WWW-Authenticate`, one field each, in the order of the strategies.
        package var challenges: [String]
        /// A short word for metrics and the log: `missing`, `unknown_token`, `bad_password`.
        package var reason: String

        package init(
            style: Style, message: String, challenges: [String], reason: String
        ) {
            self.style = style
            self.message = message
            self.challenges = challenges
            self.reason = reason
        }
    }

    /// Whose body a 401 has.
    package enum Style: Sendable, Equatable {
        /// `{"error": {"code": 401, "title": "Unauthorized", "message": ...}}`, as keystonemiddleware.
        case keystone
        /// `{"error": {"message": ..., "code": 401}}`, as oslo.middleware's basic auth.
        case plain
    }

    /// A short word for metrics.
    var reason: String {
        switch self {
        case .unauthenticated(let rejection): rejection.reason
        case .unavailable: "unavailable"
        case .tooMany: "too_many"
        default: "not_allowed"
        }
    }
}
