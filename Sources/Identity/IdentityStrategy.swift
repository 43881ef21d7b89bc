package import HTTP

/// Finds out who asks, by one kind of credentials.
package protocol IdentityStrategy: Sendable {
    /// - Returns: nil where the request has no credentials of this kind, so that the next strategy
    ///   is asked.
    /// - Throws: where there are some and they do not hold. No other strategy is asked then.
    func authenticate(_ request: Request) async throws(IdentityError) -> Identity?

    /// What a client that sent nothing is told, in `WWW-Authenticate`; nil where there is no scheme.
    var challenge: String? { get }

    /// The shape of a 401 where this strategy is the first.
    var rejectionStyle: IdentityError.Style { get }

    /// What a client that sent nothing is told where this strategy is the first.
    var missingMessage: String { get }

    /// What this strategy finds wrong with a request that none of them knew; nil where it cannot say.
    func objection(to request: Request) -> Objection?
}

/// Why a request without credentials that anybody knows is turned away.
package struct Objection: Sendable, Equatable {
    /// For the client.
    package var message: String
    /// A short word for metrics and the log.
    package var reason: String

    package init(_ message: String, reason: String) {
        self.message = message
        self.reason = reason
    }
}

extension IdentityStrategy {
    package var challenge: String? { nil }
    package var rejectionStyle: IdentityError.Style { .plain }
    package var missingMessage: String { Authenticator.message }
    package func objection(to request: Request) -> Objection? { nil }
}
