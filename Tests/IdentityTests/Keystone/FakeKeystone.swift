import Foundation
import HTTP
import HTTPClient
import Identity
import Logging
import Synchronization
import Testing
import Values

/// A Keystone in memory: knows some tokens, remembers what it was asked, and fails as it is told.
final class FakeKeystone: HTTPTransport {
    struct State {
        var calls: [OutgoingRequest] = []
        /// Documents by token.
        var tokens: [String: String] = [:]
        /// Known only where `allow_expired=1` is asked for.
        var expired: [String: String] = [:]
        var failure: HTTPClientError?
        /// Connections that fail before one is answered.
        var failuresLeft = 0
        var issueStatus = 201
        var validateStatus: Int?
        var ownEnds = "2026-01-01T01:00:00.000000Z"
        var issued = 0
        var refusesOwnTokens: Set<String> = []
        var catalog = FakeKeystone.catalog
        /// Answers wait while this is true.
        var isHeld = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    let state = Mutex(State())

    static let catalog = """
        [{"type": "identity", "endpoints": [
          {"interface": "public", "region_id": "one", "region": "one", "url": "http://public:5000"},
          {"interface": "internal", "region_id": "one", "region": "one", "url": "http://one:5000/v3/"},
          {"interface": "internal", "region_id": "two", "region": "two", "url": "http://two:5000/v3"},
          {"interface": "admin", "region_id": "one", "region": "one", "url": "http://admin:35357/v3"}
        ]}, {"type": "event", "endpoints": []}]
        """

    func send(_ request: OutgoingRequest) async throws(HTTPClientError) -> IncomingResponse {
        await waitWhileHeld()
        return try state.withLock { state throws(HTTPClientError) in
            state.calls.append(request)
            if let failure = state.failure { throw failure }
            if state.failuresLeft > 0 {
                state.failuresLeft -= 1
                throw .cannotConnect(detail: "refused")
            }
            if request.url.hasSuffix("/v3") { return IncomingResponse(status: 200) }
            return request.method == "POST" ? Self.issue(&state) : Self.validate(request, &state)
        }
    }

    private static func issue(_ state: inout State) -> IncomingResponse {
        state.issued += 1
        let body = """
            {"token": {"user": {"id": "annals"}, "expires_at": "\(state.ownEnds)",
             "catalog": \(state.catalog)}}
            """
        return IncomingResponse(
            status: state.issueStatus, headers: ["X-Subject-Token": "own-\(state.issued)"],
            body: Array(body.utf8))
    }

    private static func validate(
        _ request: OutgoingRequest, _ state: inout State
    ) -> IncomingResponse {
        if let status = state.validateStatus { return IncomingResponse(status: status) }
        let own = request.headers["X-Auth-Token"] ?? ""
        if !own.hasPrefix("own-") || state.refusesOwnTokens.contains(own) {
            return IncomingResponse(status: 401)
        }
        let token = request.headers["X-Subject-Token"] ?? ""
        let isLenient = request.url.hasSuffix("allow_expired=1")
        guard let body = state.tokens[token] ?? (isLenient ? state.expired[token] : nil) else {
            return IncomingResponse(status: 404)
        }
        return IncomingResponse(status: 200, body: Array(body.utf8))
    }

    // Holding answers back

    private func waitWhileHeld() async {
        await withCheckedContinuation { continuation in
            let goesOn = state.withLock { state in
                if state.isHeld { state.waiting.append(continuation) }
                return !state.isHeld
            }
            if goesOn { continuation.resume() }
        }
    }

    func release() {
        let waiting = state.withLock { state in
            defer { state.waiting = [] }
            state.isHeld = false
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    // What it was asked

    var lines: [String] { state.withLock { $0.calls.map { "\($0.method) \($0.url)" } } }
    var validations: [String] { lines.filter { $0.contains("GET") && $0.contains("/auth/") } }
    var issues: Int { state.withLock { $0.issued } }

    func know(_ token: String, _ document: String) {
        state.withLock { $0.tokens[token] = document }
    }

    func change(_ body: (inout State) -> Void) {
        state.withLock { body(&$0) }
    }

    var isAsked: Bool { state.withLock { !$0.waiting.isEmpty } }
    var lastCall: OutgoingRequest? { state.withLock { $0.calls.last } }
}

/// Clocks that go when they are told to.
final class SetClock: Sendable {
    private let passed = Mutex(Duration.zero)
    private let start = ContinuousClock.now

    /// 2026-01-01T00:00:00 UTC, and what has passed since.
    private static let epoch: Int64 = 1_767_225_600_000_000

    func advance(_ duration: Duration) {
        passed.withLock { $0 += duration }
    }

    var clock: KeystoneClock {
        KeystoneClock(
            now: { [self] in
                let microseconds = Int64(passed.withLock { $0 } / .microseconds(1))
                return Timestamp(microseconds: Self.epoch + microseconds) ?? .latest
            },
            instant: { [self] in start + passed.withLock { $0 } })
    }
}

/// A strategy with a Keystone of its own.
struct KeystoneHouse {
    let keystone = FakeKeystone()
    let clock = SetClock()
    let tokens: KeystoneTokens

    init(_ change: (inout KeystoneOptions) -> Void = { _ in }) throws {
        var options = try Self.options()
        change(&options)
        tokens = KeystoneTokens(
            options, transport: keystone, clock: clock.clock,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    static func options() throws -> KeystoneOptions {
        let url = try #require(KeystoneURL("http://keystone:5000"))
        var options = KeystoneOptions(
            authURL: url, publicURL: "http://keystone.public:5000",
            credentials: .applicationCredential(id: "a", secret: Secret("geheim")))
        options.retryPause = .zero
        return options
    }

    /// Who a request with these headers is from, by way of the authenticator.
    func identity(
        _ headers: Headers, _ method: String = "GET", _ path: String = "/v2/events",
        peer: String = "192.0.2.1"
    ) async throws -> Identity {
        try await Authenticator([tokens]).identity(
            of: Request(
                method: method, path: path, headers: headers, peer: Peer(address: peer)))
    }

    /// The short word for why a request was turned away; nil where it was let in.
    func refusal(
        _ headers: Headers, _ method: String = "GET", _ path: String = "/v2/events",
        peer: String = "192.0.2.1"
    ) async -> String? {
        do {
            _ = try await identity(headers, method, path, peer: peer)
            return nil
        } catch IdentityError.unauthenticated(let rejection) {
            return rejection.reason
        } catch IdentityError.unavailable {
            return "unavailable"
        } catch IdentityError.tooMany {
            return "too many"
        } catch {
            return "\(error)"
        }
    }
}

/// A token's document as Keystone writes it.
enum Documents {
    static func project(
        _ project: String = "p", user: String = "u", roles: [String] = ["member", "reader"],
        ends: String = "2026-01-01T01:00:00.000000Z", more: String = ""
    ) -> String {
        scoped("\"project\": {\"id\": \"\(project)\", \"name\": \"demo\"}", user, roles, ends, more)
    }

    static func scoped(
        _ scope: String?, _ user: String = "u", _ roles: [String] = ["reader"],
        _ ends: String = "2026-01-01T01:00:00.000000Z", _ more: String = ""
    ) -> String {
        let names = roles.map { "{\"id\": \"x\", \"name\": \"\($0)\"}" }.joined(separator: ", ")
        let parts = [
            "\"methods\": [\"password\"]", "\"user\": {\"id\": \"\(user)\", \"name\": \"alice\"}",
            "\"audit_ids\": [\"audit\"]", "\"expires_at\": \"\(ends)\"",
            scope == nil ? "" : "\"roles\": [\(names)]", scope ?? "", more,
        ]
        return "{\"token\": {" + parts.filter { !$0.isEmpty }.joined(separator: ", ") + "}}"
    }

    static func withRules(_ rules: String) -> String {
        project(more: "\"application_credential\": {\"id\": \"c\", \"access_rules\": \(rules)}")
    }
}
