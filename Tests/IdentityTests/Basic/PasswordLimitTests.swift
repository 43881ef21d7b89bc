import Identity
import TestSupport
import Testing

@Suite("Wrong passwords without end")
struct PasswordLimitTests {
    @Test("are not even looked at after some, until a minute is over")
    func limit() async throws {
        let house = try PasswordHouse(failuresPerMinute: 3)
        for _ in 1...3 { #expect(await outcome(house, "publisher", "wrong") == "bad_password") }
        #expect(await outcome(house, "publisher", "wrong") == "too many, 61")
        #expect(await outcome(house, "publisher", "secret") == "too many, 61")
        house.clock.advance(.seconds(59))
        #expect(await outcome(house, "publisher", "secret") == "too many, 2")
        house.clock.advance(.seconds(1))
        #expect(await outcome(house, "publisher", "secret") == "service")
    }

    @Test("do not keep others out: not other users, not other peers, not who is known")
    func others() async throws {
        let house = try PasswordHouse(failuresPerMinute: 2)
        #expect(await outcome(house, "publisher", "secret") == "service")
        for _ in 1...3 { _ = await outcome(house, "publisher", "wrong") }
        #expect(await outcome(house, "publisher", "new-secret") == "too many, 61")
        #expect(await outcome(house, "publisher", "secret") == "service")
        #expect(await outcome(house, "alice", "pass:with:colons") == "member,reader")
        #expect(await outcome(house, "publisher", "new-secret", from: "10.0.0.2") == "service")
    }

    @Test("under ever new names count for the peer")
    func names() async throws {
        let house = try PasswordHouse(failuresPerMinute: 2)
        for number in 1...10 {
            #expect(await outcome(house, "user\(number)", "x") == "bad_password")
        }
        #expect(await outcome(house, "user11", "x") == "too many, 61")
        #expect(await outcome(house, "alice", "pass:with:colons") == "too many, 61")
    }

    @Test("are forgotten when the files change: a password may have become right")
    func change() async throws {
        let house = try PasswordHouse(
            passwords: "publisher:\(PasswordHouse.secret)", failuresPerMinute: 2)
        for _ in 1...3 { _ = await outcome(house, "publisher", "new-secret") }
        try house.scratch.write("publisher:\(PasswordHouse.newSecret)", to: "passwords")
        house.takeUpFiles()
        #expect(await outcome(house, "publisher", "new-secret") == "service")
    }

    @Test("of an IPv6 network count together, and those of mapped IPv4 for the IPv4 address")
    func networks() async throws {
        let house = try PasswordHouse(failuresPerMinute: 2)
        for host in 1...2 {
            let peer = "2001:db8:0:1::\(host)"
            #expect(await outcome(house, "publisher", "wrong", from: peer) == "bad_password")
        }
        let neighbour = "2001:db8:0:1:ffff::3"
        #expect(await outcome(house, "publisher", "secret", from: neighbour) == "too many, 61")
        #expect(await outcome(house, "publisher", "secret", from: "2001:db8:0:2::1") == "service")
        for peer in ["10.0.0.9", "::ffff:10.0.0.9"] {
            #expect(await outcome(house, "alice", "wrong", from: peer) == "bad_password")
        }
        let password = "pass:with:colons"
        #expect(await outcome(house, "alice", password, from: "10.0.0.9") == "too many, 61")
        #expect(await outcome(house, "alice", password, from: "::ffff:10.0.0.8") != "too many, 61")
    }

    @Test("right ones do not count")
    func right() async throws {
        let house = try PasswordHouse(failuresPerMinute: 1, lifetime: .seconds(1))
        for _ in 1...5 {
            #expect(await outcome(house, "publisher", "secret") == "service")
            house.clock.advance(.seconds(2))
        }
    }

    @Test("many publishers at once need one check")
    func together() async throws {
        let house = try PasswordHouse(failuresPerMinute: 1)
        let roles = await withTaskGroup { group in
            for _ in 1...64 {
                group.addTask { await outcome(house, "publisher", "secret") }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        // Each check of its own would have counted as a failure while it lasted.
        #expect(roles == Array(repeating: "service", count: 64))
    }

    @Test("many publishers that start at once wait for their turn, each with a password of its own")
    func start() async throws {
        let users = (1...64).map { "user\($0)" }
        let house = try PasswordHouse(
            passwords: users.map { "\($0):\(PasswordHouse.secret)" }.joined(separator: "\n"),
            users: users.map { "\($0): {roles: service}" }.joined(separator: "\n"))
        let roles = await withTaskGroup { group in
            for user in users { group.addTask { await outcome(house, user, "secret") } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(roles == Array(repeating: "service", count: 64))
    }

    private func outcome(
        _ house: PasswordHouse, _ user: String, _ password: String, from peer: String = "10.0.0.1"
    ) async -> String {
        do throws(IdentityError) {
            return try await house.identity(user, password, from: peer).roles
                .joined(separator: ",")
        } catch {
            switch error {
            case .unauthenticated(let rejection): return rejection.reason
            case .tooMany(let seconds): return "too many, \(seconds)"
            default: return "\(error)"
            }
        }
    }
}
