package import HTTP
package import Logging
import Values

/// The strategy `basic`: user and password, checked against a file of htpasswd.
///
/// - Source: oslo.middleware's basic auth as recorded, whose messages these are.
package struct BasicAuthentication: IdentityStrategy {
    private let files: WatchedFiles<Accounts>
    private let verifier: PasswordVerifier
    private let logger: Logger

    package init(files: WatchedFiles<Accounts>, verifier: PasswordVerifier, logger: Logger) {
        self.files = files
        self.verifier = verifier
        self.logger = logger
    }

    package var challenge: String? { "Basic realm=\"annals\"" }

    package func authenticate(_ request: Request) async throws(IdentityError) -> Identity? {
        let (user, password): (String, Secret)
        switch BasicHeader(request.headers) {
        case .absent, .otherScheme, .unparsable: return nil
        case .undecodable:
            throw Self.rejection("Could not decode authorization token", reason: "bad_header")
        case .credentials(let name, let secret): (user, password) = (name, secret)
        }
        let (accounts, version) = files.current
        let account = accounts[user]
        let verdict = await verifier.verdict(
            on: PasswordVerifier.Attempt(
                peer: request.peer.address, user: user, password: password, account: account,
                decoys: accounts.decoys(beside: account), version: version))
        switch verdict {
        case .right: return account?.identity
        case .wrong: throw Self.rejection(Self.failure, reason: "bad_password")
        case .tooMany(let refusal):
            note(refusal, request.peer)
            throw .tooMany(retryAfter: refusal.seconds)
        }
    }

    package var missingMessage: String { Self.failure }

    package func objection(to request: Request) -> Objection? {
        switch BasicHeader(request.headers) {
        case .otherScheme(let scheme):
            Objection("Unsupported authorization type \"\(scheme)\"", reason: "other_scheme")
        case .unparsable: Objection("Could not parse Authorization header", reason: "bad_header")
        case .absent, .undecodable, .credentials: nil
        }
    }

    /// Once for each window of time, so that whoever guesses does not fill the log.
    private func note(_ refusal: FailureLimiter.Refusal, _ peer: Peer) {
        guard refusal.isFirst else { return }
        logger.notice("too many wrong passwords", metadata: ["peer": "\(peer.address)"])
    }

    private static func rejection(_ message: String, reason: String) -> IdentityError {
        .unauthenticated(
            IdentityError.Rejection(
                style: .plain, message: message, challenges: [], reason: reason))
    }

    private static let failure =
        "This server could not verify that you are authorized to access the document you "
        + "requested. Either you supplied the wrong credentials (e.g., bad password), or your "
        + "browser does not understand how to supply the credentials required."
}
