package import HTTP
package import HTTPClient
package import Logging
internal import Values

/// The strategy `keystone`: whoever shows a token is who Keystone says. Nothing else of the request
/// is believed.
///
/// - Source: keystonemiddleware's auth_token 13.0.1, as recorded; docs/identity.md says where we
///   differ.
package final class KeystoneTokens: IdentityStrategy {
    private let options: KeystoneOptions
    private let calls: KeystoneCalls
    private let own: OwnTokenKeeper
    private let cache: TokenCache
    private let report: KeystoneReport
    private let clock: KeystoneClock

    package init(
        _ options: KeystoneOptions, transport: any HTTPTransport, clock: KeystoneClock,
        logger: Logger
    ) {
        self.options = options
        self.clock = clock
        report = KeystoneReport(logger: logger)
        calls = KeystoneCalls(options, transport: transport, report: report)
        own = OwnTokenKeeper(calls, clock: clock)
        cache = TokenCache(options.cache, report: report, clock: clock)
    }

    package var challenge: String? { "Keystone uri=\"\(options.publicURL)\"" }
    package var rejectionStyle: IdentityError.Style { .keystone }

    package func authenticate(_ request: Request) async throws(IdentityError) -> Identity? {
        let tokens = PresentedTokens(request.headers)
        guard let token = tokens.user else { return nil }
        do throws(IdentityError) {
            return try await identity(of: token, tokens.service, request)
        } catch {
            report.refused(error, request)
            throw error
        }
    }

    private func identity(
        of token: String, _ serviceToken: String?, _ request: Request
    ) async throws(IdentityError) -> Identity {
        let isVouchedFor = try await isVouchedFor(serviceToken, request)
        let found = try await document(
            of: token, allowsExpired: isVouchedFor, from: request, reason: .unknown)
        report.presented(found.identity.label, request)
        if isVouchedFor { return found.identity }
        guard found.expires > clock.now() else { throw Self.rejection(.expired) }
        guard isAllowed(request, by: found) else { throw Self.rejection(.accessRules) }
        return found.identity
    }

    /// Whether a service sends the request on. A service token that does not hold turns the request
    /// away, however good the user's own token is.
    private func isVouchedFor(
        _ token: String?, _ request: Request
    ) async throws(IdentityError) -> Bool {
        guard let token else { return false }
        let found = try await document(
            of: token, allowsExpired: false, from: request, reason: .serviceToken)
        guard found.expires > clock.now() else { throw Self.rejection(.serviceToken) }
        let rules = options.tokens
        let isService = rules.serviceRoles.contains { found.identity.hasRole($0.lowercased()) }
        guard isService || !rules.requiresServiceRoles else {
            throw Self.rejection(.serviceToken)
        }
        return true
    }

    private func document(
        of token: String, allowsExpired: Bool, from request: Request, reason: Reason
    ) async throws(IdentityError) -> TokenDocument {
        guard PresentedTokens.isPlausible(token) else { throw Self.rejection(reason) }
        let question = TokenQuestion(digest: TokenDigest(token), allowsExpired: allowsExpired)
        let answer = await cache.answer(to: question, from: request.peer.address) {
            await self.ask(question, Secret(token))
        }
        switch answer {
        case .valid(let document): return document
        case .unknown: throw Self.rejection(reason)
        case .failed(let failure): throw .unavailable(detail: failure.detail)
        case .tooMany(let seconds): throw .tooMany(retryAfter: seconds)
        }
    }

    /// Asks Keystone; where it refuses our own token, once more with a new one.
    private func ask(_ question: TokenQuestion, _ token: Secret) async -> TokenCache.Answer {
        do throws(KeystoneFailure) {
            for _ in 1...2 {
                let own = try await own.token()
                switch try await calls.validate(question, token, by: own) {
                case .valid(let document):
                    report.validated(true)
                    return .valid(document)
                case .unknown:
                    report.validated(false)
                    return .unknown
                case .ownTokenRefused: await self.own.discard(own)
                }
            }
            let failure = KeystoneFailure(
                .credentials, "Keystone refuses the token it has just given us")
            await own.holdBack(after: failure)
            throw failure
        } catch {
            report.failed(error)
            return .failed(error)
        }
    }

    /// What an application credential may be used for.
    private func isAllowed(_ request: Request, by document: TokenDocument) -> Bool {
        guard let rules = document.accessRules else { return true }
        let type = options.tokens.serviceType
        if let types = document.catalogTypes, !types.contains(type) { return false }
        guard let path = AccessRulePath.path(of: request) else { return false }
        return rules.contains { $0.allows(request.method, path, serviceType: type) }
    }

    /// Words for metrics and the log.
    private enum Reason: String {
        case unknown = "unknown_token"
        case expired = "expired_token"
        case accessRules = "access_rules"
        case serviceToken = "service_token"
    }

    private static func rejection(_ reason: Reason) -> IdentityError {
        .unauthenticated(
            IdentityError.Rejection(
                style: .keystone, message: Authenticator.message, challenges: [],
                reason: reason.rawValue))
    }
}

/// How the strategy is doing.
package struct KeystoneState: Sendable, Equatable {
    package let authURL: String
    /// Nil before anything was asked.
    package let isReachable: Bool?
    /// What went wrong last; nil while all is well.
    package let failure: String?
    package let cachedTokens: Int
    package let cacheLimit: Int
}

extension KeystoneTokens {
    package var state: KeystoneState {
        KeystoneState(
            authURL: options.authURL.text, isReachable: report.isReachable,
            failure: report.failure?.detail, cachedTokens: cache.count,
            cacheLimit: options.cache.tokens)
    }

    /// Sets the gauges that nobody sets in passing.
    package func refreshGauges() {
        report.cached(cache.count)
    }

    /// Gets a token of our own, so that what is wrong with the settings is in the log before anybody
    /// asks.
    ///
    /// - Returns: false where that failed.
    package func prepare() async -> Bool {
        do throws(KeystoneFailure) {
            _ = try await own.token()
            report.works()
            return true
        } catch {
            report.failed(error)
            return false
        }
    }
}
