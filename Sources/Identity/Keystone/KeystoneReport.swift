internal import HTTP
internal import Logging
internal import Metrics
internal import Synchronization
internal import Values

/// What operators learn of our talks with Keystone: metrics, the state, and a line in the log when
/// it changes. Never a token.
final class KeystoneReport: Sendable {
    enum Call: String, CaseIterable {
        case discover
        case issue
        case validate
    }

    let lookups = Lookups()
    private let durations: [Call: Metrics.Timer]
    private let valid = validations("valid")
    private let unknown = validations("unknown")
    private let reachable = Meter(label: "keystone_reachable")
    private let size = Meter(label: "keystone_cached_tokens")
    private let logger: Logger
    private let state = Mutex(State())

    private struct State {
        var failure: KeystoneFailure?
        var hasAnswered = false
    }

    init(logger: Logger) {
        self.logger = logger
        durations = Dictionary(
            uniqueKeysWithValues: Call.allCases.map {
                ($0, Metrics.Timer(label: "keystone_duration", dimensions: [("call", $0.rawValue)]))
            })
    }

    private static func validations(_ outcome: String) -> Counter {
        Counter(label: "keystone_validations", dimensions: [("outcome", outcome)])
    }

    func answered(_ call: Call, after duration: Duration) {
        durations[call]?.recordNanoseconds(Int64(duration / .nanoseconds(1)))
    }

    /// Keystone said who a token belongs to, or that there is none.
    func validated(_ isKnown: Bool) {
        (isKnown ? valid : unknown).increment()
        works()
    }

    func works() {
        let ended = state.withLock { state in
            defer { state = State(failure: nil, hasAnswered: true) }
            return state.failure != nil
        }
        reachable.set(1)
        if ended { logger.notice("Keystone answers again") }
    }

    func failed(_ failure: KeystoneFailure) {
        Self.validations(failure.kind.rawValue).increment()
        let isNew = state.withLock { state in
            defer { state.failure = failure }
            return state.failure?.kind != failure.kind
        }
        reachable.set(0)
        // Once for each kind of failure: requests may be many.
        if !isNew { return }
        logger.error(
            "callers with tokens cannot be told apart",
            metadata: ["kind": "\(failure.kind.rawValue)", "detail": "\(failure.detail)"])
    }

    /// Whose token a request shows, whatever becomes of it.
    func presented(_ auditID: String?, _ request: Request) {
        logger.debug(
            "a token is known",
            metadata: ["request": "\(request.id)", "audit_id": "\(auditID ?? "none")"])
    }

    func refused(_ error: IdentityError, _ request: Request) {
        logger.debug(
            "a token is refused",
            metadata: ["request": "\(request.id)", "reason": "\(error.reason)"])
    }

    func cached(_ count: Int) {
        size.set(Int64(count))
    }

    /// Nil before the first answer.
    var isReachable: Bool? {
        state.withLock { $0.failure == nil ? ($0.hasAnswered ? true : nil) : false }
    }

    var failure: KeystoneFailure? { state.withLock { $0.failure } }

    /// How tokens were found, counted. Made once: this is on the way of every request.
    struct Lookups: Sendable {
        private let hits = counter("hit")
        private let misses = counter("miss")
        private let negatives = counter("negative")
        private let joins = counter("joined")
        private let limits = counter("limited")

        private static func counter(_ result: String) -> Counter {
            Counter(label: "keystone_lookups", dimensions: [("result", result)])
        }

        func hit() { hits.increment() }
        func miss() { misses.increment() }
        func negative() { negatives.increment() }
        func joined() { joins.increment() }
        func limited() { limits.increment() }
    }
}
