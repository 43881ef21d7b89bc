import HTTP
import Identity
import TestSupport
import Testing

@Suite("Wrong signatures without end")
struct SignatureLimitTests {
    private typealias Sent = SignatureAuthenticationTests.Case
    private static let file = SignatureAuthenticationTests.file
    private static let new = SignatureAuthenticationTests.new
    private static let wrong = "0123456789abcdef-oth"

    @Test("are not even looked at after some, until a minute is over")
    func limit() async throws {
        let house = try SignatureHouse(Self.file, failuresPerMinute: 3)
        for _ in 1...3 { #expect(await outcome(house, Sent(key: Self.wrong)) == "bad_signature") }
        #expect(await outcome(house, Sent(key: Self.wrong)) == "too many, 61")
        #expect(await outcome(house, Sent()) == "too many, 61")
        house.clock.advance(.seconds(60))
        #expect(await outcome(house, Sent()) == "u-1")
    }

    @Test("keep nobody out who is known there, is elsewhere or names another key")
    func others() async throws {
        let house = try SignatureHouse(Self.file, failuresPerMinute: 2)
        #expect(await outcome(house, Sent()) == "u-1")
        for id in [nil, "old"] {
            for _ in 1...3 { _ = await outcome(house, Sent(key: Self.wrong, id: id)) }
            #expect(await outcome(house, Sent(key: Self.wrong, id: id)) == "too many, 61")
        }
        let next = SignatureAuthenticationTests.now + 1
        #expect(await outcome(house, Sent(timestamp: "\(next)")) == "u-1")
        #expect(await outcome(house, Sent(timestamp: "\(next + 1)", id: "old")) == "u-1")
        #expect(await outcome(house, Sent(key: Self.new)) == "too many, 61")
        #expect(await outcome(house, Sent(key: Self.new, id: "new")) == "u-2")
        let elsewhere = Sent(timestamp: "\(next)", key: Self.new)
        #expect(await outcome(house, elsewhere, from: "10.0.0.2") == "u-2")
    }

    @Test("of keys that do not exist cost nothing, and count for nothing")
    func unknownKeys() async throws {
        let house = try SignatureHouse(Self.file, failuresPerMinute: 1)
        for number in 1...20 {
            #expect(await outcome(house, Sent(id: "k\(number)")) == "bad_signature")
        }
        #expect(await outcome(house, Sent()) == "u-1")
    }

    @Test("are forgotten when the file changes: a key may have become right")
    func change() async throws {
        let house = try SignatureHouse(Self.file, failuresPerMinute: 1)
        _ = await outcome(house, Sent(key: Self.wrong))
        #expect(await outcome(house, Sent(key: Self.wrong)) == "too many, 61")
        try house.scratch.write(
            "- {id: oth, secret: \(Self.wrong), user_id: u-3}", to: "keys.yaml")
        for _ in 1...2 {
            house.clock.advance(.seconds(1))
            _ = house.files.content
        }
        #expect(await outcome(house, Sent(key: Self.wrong)) == "u-3")
    }

    @Test("right ones do not count")
    func right() async throws {
        let house = try SignatureHouse(Self.file, failuresPerMinute: 1)
        for second in 0..<20 {
            let timestamp = "\(SignatureAuthenticationTests.now + second)"
            #expect(await outcome(house, Sent(timestamp: timestamp)) == "u-1")
        }
    }

    private func outcome(
        _ house: SignatureHouse, _ sent: Sent, from peer: String = "10.0.0.1"
    ) async -> String {
        var request = SignatureAuthenticationTests.request(sent)
        request.peer = Peer(address: peer)
        return await house.outcome(of: request)
    }
}
