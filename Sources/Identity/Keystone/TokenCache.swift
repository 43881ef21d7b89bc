internal import Synchronization
internal import Values

/// What Keystone said of the tokens that were seen last. Each token is asked about by one caller at
/// a time; the others wait for the same answer.
final class TokenCache: Sendable {
    enum Answer: Sendable {
        case valid(TokenDocument)
        case unknown
        case failed(KeystoneFailure)
        /// Too many tokens that nobody knows; the seconds to wait.
        case tooMany(Int)
    }

    private typealias Flight = Task<Answer, Never>

    private struct Known {
        let document: TokenDocument
        let end: ContinuousClock.Instant
    }

    private struct State {
        var known: RecencyCache<TokenDigest, Known>
        /// Apart from the known ones, so that nobody can push those out with tokens he made up.
        var unknown: RecencyCache<TokenQuestion, ContinuousClock.Instant>
        var flights: [TokenQuestion: Flight] = [:]
        var limit: UnknownTokenLimit
    }

    private let limits: TokenCacheLimits
    private let report: KeystoneReport
    private let clock: KeystoneClock
    private let state: Mutex<State>

    init(_ limits: TokenCacheLimits, report: KeystoneReport, clock: KeystoneClock) {
        self.limits = limits
        self.report = report
        self.clock = clock
        state = Mutex(
            State(
                known: RecencyCache(limit: limits.tokens),
                unknown: RecencyCache(limit: limits.unknownTokens),
                limit: UnknownTokenLimit(limits, at: clock.instant())))
    }

    var count: Int { state.withLock { $0.known.count } }

    /// - Parameter ask: how Keystone is asked where nobody has the answer.
    func answer(
        to question: TokenQuestion, from peer: String,
        ask: @escaping @Sendable () async -> Answer
    ) async -> Answer {
        let found = state.withLock { state in
            find(question, in: &state) ?? begin(question, from: peer, ask, in: &state)
        }
        switch found {
        case .answer(let answer): return answer
        case .flight(let flight): return await flight.value
        }
    }

    private enum Finding {
        case answer(Answer)
        case flight(Flight)
    }

    private func find(_ question: TokenQuestion, in state: inout State) -> Finding? {
        let now = clock.instant()
        if let known = state.known.use(question.digest) {
            if now < known.end {
                report.lookups.hit()
                return .answer(.valid(known.document))
            }
            state.known.remove(question.digest)
        }
        if let end = state.unknown.use(question) {
            if now < end {
                report.lookups.negative()
                return .answer(.unknown)
            }
            state.unknown.remove(question)
        }
        guard let flight = state.flights[question] else { return nil }
        report.lookups.joined()
        return .flight(flight)
    }

    private func begin(
        _ question: TokenQuestion, from peer: String,
        _ ask: @escaping @Sendable () async -> Answer, in state: inout State
    ) -> Finding {
        if let wait = state.limit.take(for: peer, at: clock.instant()) {
            report.lookups.limited()
            return .answer(.tooMany(wait))
        }
        report.lookups.miss()
        // Not a child of the request: others wait for the same answer.
        let flight = Flight {
            let answer = await ask()
            self.end(question, from: peer, with: answer)
            return answer
        }
        state.flights[question] = flight
        return .flight(flight)
    }

    private func end(_ question: TokenQuestion, from peer: String, with answer: Answer) {
        let now = clock.instant()
        state.withLock { state in
            state.flights[question] = nil
            switch answer {
            case .valid(let document):
                let life = lifetime(of: document)
                if life > .zero {
                    state.known.set(question.digest, Known(document: document, end: now + life))
                }
            case .unknown where limits.unknownLifetime > .zero:
                state.unknown.set(question, now + limits.unknownLifetime)
            case .unknown, .failed, .tooMany: break
            }
            if case .unknown = answer { return }
            state.limit.giveBack(for: peer)
        }
    }

    /// Up to the token's own end; one that has ended, and that a service vouches for, has the whole.
    private func lifetime(of document: TokenDocument) -> Duration {
        let left = document.expires.microseconds - clock.now().microseconds
        return left > 0 ? min(limits.lifetime, .microseconds(left)) : limits.lifetime
    }
}
