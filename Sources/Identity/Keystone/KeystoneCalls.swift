internal import HTTP
internal import HTTPClient
internal import Metrics
internal import Values

/// The three calls that we make to Keystone, and how their answers are understood.
///
/// - Source: keystonemiddleware 13.0.1 and Keystone 22 and 29, as recorded.
struct KeystoneCalls: Sendable {
    private let options: KeystoneOptions
    private let transport: any HTTPTransport
    private let report: KeystoneReport

    init(_ options: KeystoneOptions, transport: any HTTPTransport, report: KeystoneReport) {
        self.options = options
        self.transport = transport
        self.report = report
    }

    /// Makes sure that `keystone.auth_url` leads to a Keystone of version 3, so that a wrong address
    /// is not taken for wrong credentials.
    func discover() async throws(KeystoneFailure) {
        let url = options.authURL.text
        let response = try await send(OutgoingRequest(url: url), as: .discover)
        guard response.status == 200 else {
            throw KeystoneFailure(
                .answer, "GET \(url) answered \(response.status): is keystone.auth_url right?")
        }
    }

    /// A token of our own.
    func issue() async throws(KeystoneFailure) -> OwnToken {
        let request = OutgoingRequest(
            method: "POST", url: options.authURL.text + "/auth/tokens",
            headers: ["Content-Type": "application/json", "Accept": "application/json"],
            body: options.credentials.requestBody)
        let response = try await send(request, as: .issue)
        switch response.status {
        case 201: break
        case 401:
            throw KeystoneFailure(
                .credentials,
                "Keystone does not accept our own credentials: check "
                    + "keystone.username, the password, the project and the domains")
        default:
            throw KeystoneFailure(
                .answer, "POST \(request.url) answered \(response.status) instead of a token")
        }
        guard let token = response.headers["X-Subject-Token"], !token.isEmpty else {
            throw KeystoneFailure(.answer, "the answer to our credentials has no X-Subject-Token")
        }
        let document = try TokenDocument(response.body)
        let endpoint = try ServiceCatalog(response.body)
            .identityURL(options.interface, region: options.region)
        return OwnToken(value: Secret(token), expires: document.expires, endpoint: endpoint)
    }

    enum Validation: Sendable, Equatable {
        case valid(TokenDocument)
        /// Unknown, malformed, expired or revoked.
        case unknown
        /// Keystone does not take our own token any more.
        case ownTokenRefused
    }

    func validate(
        _ question: TokenQuestion, _ token: Secret, by own: OwnToken
    ) async throws(KeystoneFailure) -> Validation {
        var parameters: [String] = options.tokens.includesCatalog ? [] : ["nocatalog"]
        if question.allowsExpired { parameters.append("allow_expired=1") }
        let query = parameters.isEmpty ? "" : "?" + parameters.joined(separator: "&")
        let request = OutgoingRequest(
            url: own.endpoint.text + "/auth/tokens" + query,
            headers: [
                "X-Auth-Token": own.value.reveal(), "X-Subject-Token": token.reveal(),
                "OpenStack-Identity-Access-Rules": "1", "Accept": "application/json",
            ])
        let response = try await send(request, as: .validate)
        switch response.status {
        case 200: return .valid(try TokenDocument(response.body))
        case 404: return .unknown
        case 401: return .ownTokenRefused
        case 403:
            throw KeystoneFailure(
                .notAllowed, "our account may not validate tokens: give it the role service")
        default:
            throw KeystoneFailure(
                .answer, "GET \(own.endpoint.text)/auth/tokens answered \(response.status)")
        }
    }

    /// A connection that fails is tried again; a late answer is not, because others wait behind it.
    private func send(
        _ request: OutgoingRequest, as call: KeystoneReport.Call
    ) async throws(KeystoneFailure) -> IncomingResponse {
        var pause = options.retryPause
        for attempt in 0... {
            let start = ContinuousClock.now
            do throws(HTTPClientError) {
                let response = try await transport.send(request)
                report.answered(call, after: ContinuousClock.now - start)
                return response
            } catch {
                guard attempt < options.retries, Self.isWorthAnotherTry(error) else {
                    throw KeystoneFailure(
                        .unreachable,
                        "Keystone cannot be asked: \(error.label), \(error.detail)"
                            + Self.hint(error, request.url))
                }
            }
            // A cancelled pause only makes the next try come sooner.
            try? await Task.sleep(for: pause)
            pause *= 2
        }
        throw KeystoneFailure(.unreachable, "Keystone cannot be asked")
    }

    /// A server that demands a certificate of its clients mostly cuts the connection without a word.
    private static func hint(_ error: HTTPClientError, _ url: String) -> String {
        guard case .broken = error, url.hasPrefix("https:") else { return "" }
        return ". A server that demands a client certificate (keystone.certfile), and another one "
            + "than ours, ends connections like this"
    }

    private static func isWorthAnotherTry(_ error: HTTPClientError) -> Bool {
        switch error {
        case .cannotConnect, .broken: true
        default: false
        }
    }
}

/// What Keystone gave us for our own credentials.
struct OwnToken: Sendable, Equatable {
    let value: Secret
    let expires: Timestamp
    /// Where tokens are validated.
    let endpoint: KeystoneURL
}
