package import HTTP
import Metrics

/// Asks the strategies in the configured order; the first that knows the request's credentials
/// decides.
package struct Authenticator: Sendable {
    private let strategies: [any IdentityStrategy]

    package init(_ strategies: [any IdentityStrategy]) {
        self.strategies = strategies
    }

    /// - Throws: `.unauthenticated` where the credentials do not hold or there are none,
    ///   `.unavailable` where nobody can tell now. Never lets anybody in for want of an answer.
    package func identity(of request: Request) async throws(IdentityError) -> Identity {
        do throws(IdentityError) {
            for strategy in strategies {
                if let identity = try await strategy.authenticate(request) { return identity }
            }
            throw unknown(request)
        } catch {
            Counter(label: "auth_failures_total", dimensions: [("reason", error.reason)])
                .increment()
            throw withChallenges(error)
        }
    }

    /// No strategy knows the request.
    private func unknown(_ request: Request) -> IdentityError {
        let objection =
            strategies.lazy.compactMap { $0.objection(to: request) }.first
            ?? Objection(strategies.first?.missingMessage ?? Self.message, reason: "missing")
        return .unauthenticated(
            IdentityError.Rejection(
                style: strategies.first?.rejectionStyle ?? .plain, message: objection.message,
                challenges: challenges, reason: objection.reason))
    }

    /// Says nothing about what was wrong: keystonemiddleware's words.
    package static let message = "The request you have made requires authentication."

    /// A client whose credentials do not hold learns of every way in, like one that sent none.
    private func withChallenges(_ error: IdentityError) -> IdentityError {
        guard case .unauthenticated(var rejection) = error, rejection.challenges.isEmpty else {
            return error
        }
        rejection.challenges = challenges
        return .unauthenticated(rejection)
    }

    /// What stands in `WWW-Authenticate` of a 401, one field each, in the order of the strategies.
    package var challenges: [String] { strategies.compactMap(\.challenge) }
}
