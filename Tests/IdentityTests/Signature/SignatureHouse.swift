import HTTP
import Identity
import Logging
import TestSupport

/// A file of keys, the strategy that reads it, and a clock that tests move.
struct SignatureHouse {
    let scratch: Scratch
    let files: WatchedFiles<SigningKeys>
    let strategy: SignatureAuthentication
    let clock: TestClock

    init(
        _ text: String, capacity: Int = 1000, failuresPerMinute: Int = 20,
        now: @escaping @Sendable () -> Int = { SignatureAuthenticationTests.now }
    ) throws {
        scratch = try Scratch()
        try scratch.write(text, to: "keys.yaml")
        let clock = TestClock()
        let logger = Logger(label: "test")
        files = try WatchedFiles(
            [scratch.path("keys.yaml")], strategy: "hmac", logger: logger, now: { clock.now },
            wallClock: { 0 }
        ) { (files) throws(CredentialFileError) in try SigningKeys(files) }
        strategy = SignatureAuthentication(
            files: files, replays: ReplayMemory(capacity: capacity),
            failures: SignatureFailures(
                limit: failuresPerMinute, logger: logger, now: { clock.now }),
            window: 300, now: now)
        self.clock = clock
    }

    func outcome(of request: Request) async -> String {
        do throws(IdentityError) {
            return try await Authenticator([strategy]).identity(of: request).userID ?? ""
        } catch {
            switch error {
            case .unauthenticated(let rejection): return rejection.reason
            case .tooMany(let seconds): return "too many, \(seconds)"
            default: return "\(error)"
            }
        }
    }
}
