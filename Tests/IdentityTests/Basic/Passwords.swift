import Foundation
import HTTP
import Identity
import Logging
import Passwords
import Synchronization
import TestSupport

/// Two files, the strategy that reads them, and a clock that tests move.
struct PasswordHouse {
    let scratch: Scratch
    let files: WatchedFiles<Accounts>
    let strategy: BasicAuthentication
    let clock: TestClock

    /// Bcrypt of cost 4, made by libxcrypt through Python's `crypt`.
    static let secret = "$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW"
    static let newSecret = "$2b$04$abcdefghijklmnopqrstuu3Pu20TXel8FhhEnNrY5yjlYxuoMtNsa"
    static let withColons = "$2y$04$abcdefghijklmnopqrstuuAyCe2o.iq3rvkDBWR7wrjc2TpTAzIEe"
    static let beyondASCII = "$2a$04$abcdefghijklmnopqrstuuw3cJNzI3Wmov715pJnne.lc/Ci/pUSa"

    static let passwords = """
        # Users of the house.
        publisher:\(secret)
        publisher:\(newSecret)

        alice:\(withColons)
        café:\(beyondASCII)
        """
    static let users = """
        publisher: {roles: [service], user_id: u-1, project_id: 0123}
        alice:
          roles: [member, reader]
          project_id: "p-1"
        café: {roles: admin, system_scope: all}
        """

    init(
        passwords: String = passwords, users: String = users, failuresPerMinute: Int = 20,
        lifetime: Duration = .seconds(300), wallClock: @escaping @Sendable () -> Int = { 0 }
    ) throws {
        scratch = try Scratch()
        try scratch.write(passwords, to: "passwords")
        try scratch.write(users, to: "users.yaml")
        let clock = TestClock()
        files = try WatchedFiles(
            [scratch.path("passwords"), scratch.path("users.yaml")], strategy: "basic",
            logger: Logger(label: "test"), now: { clock.now }, wallClock: wallClock
        ) { (files) throws(CredentialFileError) in try Accounts(files) }
        strategy = BasicAuthentication(
            files: files,
            verifier: PasswordVerifier(
                workers: PasswordWorkers(count: 1), lifetime: lifetime,
                failuresPerMinute: failuresPerMinute, now: { clock.now }),
            logger: Logger(label: "test"))
        self.clock = clock
    }

    /// Two looks at files that have changed: they stand still.
    func takeUpFiles() {
        for _ in 1...2 {
            clock.advance(.seconds(1))
            _ = files.content
        }
    }

    func identity(
        _ user: String, _ password: String, from peer: String = "10.0.0.1"
    ) async throws(IdentityError) -> Identity {
        let credentials = Data("\(user):\(password)".utf8).base64EncodedString()
        return try await identity(authorization: "Basic \(credentials)", from: peer)
    }

    func identity(
        authorization: String?, from peer: String = "10.0.0.1"
    ) async throws(IdentityError) -> Identity {
        var headers = Headers()
        if let authorization { headers["Authorization"] = authorization }
        return try await identity(headers: headers, from: peer)
    }

    func identity(
        headers: Headers, from peer: String = "10.0.0.1"
    ) async throws(IdentityError) -> Identity {
        try await Authenticator([strategy]).identity(
            of: Request(
                method: "GET", path: "/v2/events", headers: headers,
                peer: Peer(address: peer)))
    }
}

final class TestClock: Sendable {
    private let time = Mutex(ContinuousClock.now)

    var now: ContinuousClock.Instant { time.withLock { $0 } }

    func advance(_ duration: Duration) {
        time.withLock { $0 = $0 + duration }
    }
}
