import OpenSSL
package import Passwords
import Synchronization
import Values

/// Finds out whether a password is right, at most once for all who ask at the same time, and remembers
/// those that are: bcrypt costs up to seconds of processor time.
package final class PasswordVerifier: Sendable {
    package typealias Clock = @Sendable () -> ContinuousClock.Instant

    /// Who asks for whom, with what.
    struct Attempt: Sendable {
        let peer: String
        let user: String
        let password: Secret
        /// Nil where there is no such user.
        let account: Accounts.Account?
        let decoys: [PasswordHash]
        /// Of the files that account and decoys are from.
        let version: Int
    }

    enum Verdict: Sendable, Equatable {
        case right
        case wrong
        case tooMany(FailureLimiter.Refusal)
    }

    private enum Step {
        case done(Verdict)
        case lead
        case follow
    }

    private struct State {
        var verified: VerifiedPasswords
        var limiter: FailureLimiter
        /// Checks under way, each with those who wait for it.
        var flights: [[UInt8]: [CheckedContinuation<PasswordHash?, Never>]] = [:]
    }

    /// Known to this process only, so that what is remembered is of no use to another.
    private let key = RandomBytes.make(count: 32)
    private let workers: PasswordWorkers
    private let now: Clock
    private let state: Mutex<State>

    /// Checks that may wait for one worker. All publishers come at once after a start, each with a
    /// password that nobody remembers, and one that is refused may lose its events: 64 of them are
    /// three seconds' work at the usual cost. One address alone hardly fills it: what it has waiting
    /// counts as failures.
    private static let queuePerWorker = 256

    /// - Parameters:
    ///   - lifetime: how long a right password is remembered that nobody uses.
    ///   - failuresPerMinute: most wrong passwords from one peer for one user.
    package init(
        workers: PasswordWorkers, lifetime: Duration, failuresPerMinute: Int,
        now: @escaping Clock = { .now }
    ) {
        self.workers = workers
        self.now = now
        state = Mutex(
            State(
                verified: VerifiedPasswords(lifetime: lifetime),
                limiter: FailureLimiter(limit: failuresPerMinute)))
    }

    func verdict(on attempt: Attempt) async -> Verdict {
        let code = code(of: attempt)
        while true {
            switch state.withLock({ step(attempt, code, &$0) }) {
            case .done(let verdict): return verdict
            case .lead: return attempt.verdict(await lead(attempt, code))
            case .follow:
                // The check may have ended in between; then everything is asked anew.
                if let result = await follow(code) { return attempt.verdict(result.hash) }
            }
        }
    }

    private func step(_ attempt: Attempt, _ code: [UInt8], _ state: inout State) -> Step {
        let now = now()
        if let hash = state.verified.hash(of: code, at: now), attempt.verdict(hash) == .right {
            return .done(.right)
        }
        if state.flights[code] != nil { return .follow }
        guard state.flights.count < workers.count * Self.queuePerWorker else {
            return .done(.tooMany(FailureLimiter.Refusal(seconds: 1, isFirst: false)))
        }
        state.limiter.noteVersion(attempt.version)
        if let refusal = state.limiter.begin(
            peer: PeerNetwork(attempt.peer), user: attempt.user, at: now)
        {
            return .done(.tooMany(refusal))
        }
        state.flights[code] = []
        return .lead
    }

    private func lead(_ attempt: Attempt, _ code: [UInt8]) async -> PasswordHash? {
        let hash = await workers.matchingHash(
            of: attempt.password, among: attempt.account?.passwords ?? [],
            decoys: attempt.decoys)
        let waiting = state.withLock { state in
            if let hash {
                state.verified.remember(hash, of: code, at: now())
                state.limiter.forgive(peer: PeerNetwork(attempt.peer), user: attempt.user)
            }
            return state.flights.removeValue(forKey: code) ?? []
        }
        for continuation in waiting { continuation.resume(returning: hash) }
        return hash
    }

    private struct FlightResult {
        let hash: PasswordHash?
    }

    /// Nil where there is no such check any more.
    private func follow(_ code: [UInt8]) async -> FlightResult? {
        let isMissed = Mutex(false)
        let hash = await withCheckedContinuation { continuation in
            let joined = state.withLock { state in
                guard state.flights[code] != nil else { return false }
                state.flights[code]?.append(continuation)
                return true
            }
            if !joined {
                isMissed.withLock { $0 = true }
                continuation.resume(returning: nil)
            }
        }
        return isMissed.withLock { $0 } ? nil : FlightResult(hash: hash)
    }

    /// A zero, which neither can hold, keeps `a` with `b:c` from `a:b` with `c`.
    private func code(of attempt: Attempt) -> [UInt8] {
        HMACSHA256.code(
            for: Array(attempt.user.utf8) + [0] + Array(attempt.password.reveal().utf8), key: key)
    }
}

extension PasswordVerifier.Attempt {
    /// - Parameter hash: the one that the password fits. It must still be the user's.
    fileprivate func verdict(_ hash: PasswordHash?) -> PasswordVerifier.Verdict {
        guard let hash, account?.passwords.contains(hash) == true else { return .wrong }
        return .right
    }
}
