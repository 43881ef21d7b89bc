import Foundation
import Identity
import TestSupport
import Testing

@Suite("Passwords that change")
struct PasswordChangeTests {
    @Test("hold from the second second on, and the old one ends with its line, remembered or not")
    func rotation() async throws {
        let house = try PasswordHouse(passwords: "alice:\(PasswordHouse.secret)")
        _ = try await house.identity("alice", "secret")
        await #expect(throws: IdentityError.self) {
            try await house.identity("alice", "new-secret")
        }
        try write("alice:\(PasswordHouse.secret)\nalice:\(PasswordHouse.newSecret)", to: house)
        _ = try await house.identity("alice", "secret")
        _ = try await house.identity("alice", "new-secret")
        try write("alice:\(PasswordHouse.newSecret)", to: house)
        await #expect(throws: IdentityError.self) { try await house.identity("alice", "secret") }
        _ = try await house.identity("alice", "new-secret")
    }

    @Test("roles change with the user file")
    func roles() async throws {
        let house = try PasswordHouse(passwords: "alice:\(PasswordHouse.secret)")
        #expect(try await house.identity("alice", "secret").roles == ["member", "reader"])
        try house.scratch.write("alice: {roles: [admin]}", to: "users.yaml")
        house.takeUpFiles()
        #expect(try await house.identity("alice", "secret").roles == ["admin"])
    }

    @Test(
        "a new version that is no good leaves the old one in force until it is mended",
        arguments: ["alice:secret", "nobody:\(PasswordHouse.newSecret)", "garbage"])
    func broken(text: String) async throws {
        let house = try PasswordHouse(passwords: "alice:\(PasswordHouse.secret)")
        try write(text, to: house)
        _ = try await house.identity("alice", "secret")
        try write("alice:\(PasswordHouse.newSecret)", to: house)
        _ = try await house.identity("alice", "new-secret")
        await #expect(throws: IdentityError.self) { try await house.identity("alice", "secret") }
    }

    @Test("a file that has gone leaves everything as it was")
    func gone() async throws {
        let house = try PasswordHouse()
        try FileManager.default.removeItem(atPath: house.scratch.path("passwords"))
        house.takeUpFiles()
        _ = try await house.identity("publisher", "secret")
    }

    @Test("a file that is being written is not taken half, so nobody is refused meanwhile")
    func half() async throws {
        let house = try PasswordHouse(
            passwords: "alice:\(PasswordHouse.secret)", users: "alice: {}\nbob: {}")
        let whole = "bob:\(PasswordHouse.secret)\nalice:\(PasswordHouse.secret)\n"
        for length in [0, whole.utf8.count / 2, whole.utf8.count] {
            // As htpasswd does: the same file, emptied and filled again.
            try Data(whole.utf8.prefix(length)).write(
                to: house.scratch.url.appending(path: "passwords"), options: [])
            house.clock.advance(.seconds(1))
            _ = try await house.identity("alice", "secret")
        }
        house.clock.advance(.seconds(1))
        _ = try await house.identity("alice", "secret")
        _ = try await house.identity("bob", "secret")
    }

    @Test("who comes first after a while meets the files as they are")
    func idle() async throws {
        let house = try PasswordHouse(
            passwords: "alice:\(PasswordHouse.secret)", wallClock: { time(nil) + 60 })
        try house.scratch.write("alice:\(PasswordHouse.newSecret)", to: "passwords")
        house.clock.advance(.seconds(60))
        await #expect(throws: IdentityError.self) { try await house.identity("alice", "secret") }
        _ = try await house.identity("alice", "new-secret")
    }

    @Test("a file that has nobody any more is not taken", arguments: ["", "# nobody\n"])
    func empty(text: String) async throws {
        let house = try PasswordHouse(passwords: "alice:\(PasswordHouse.secret)")
        try write(text, to: house)
        _ = try await house.identity("alice", "secret")
        try write("alice:\(PasswordHouse.newSecret)", to: house)
        _ = try await house.identity("alice", "new-secret")
        let nobodyYet = try PasswordHouse(passwords: "", users: "alice: {}")
        try write("alice:\(PasswordHouse.secret)", to: nobodyYet)
        _ = try await nobodyYet.identity("alice", "secret")
    }

    private func write(_ text: String, to house: PasswordHouse) throws {
        try house.scratch.write(text, to: "passwords")
        house.takeUpFiles()
    }
}
