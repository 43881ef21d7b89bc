import HTTP
import HTTPClient
import Testing

@testable import Identity

@Suite("Tokens that are remembered")
struct TokenCacheTests {
    private let headers: Headers = ["X-Auth-Token": "t"]

    private func house(_ change: (inout KeystoneOptions) -> Void = { _ in }) throws -> KeystoneHouse
    {
        let house = try KeystoneHouse(change)
        house.keystone.know("t", Documents.project())
        return house
    }

    @Test("are asked about once in their lifetime")
    func lifetime() async throws {
        let house = try house()
        for _ in 1...3 { #expect(await house.refusal(headers) == nil) }
        house.clock.advance(.seconds(299))
        #expect(await house.refusal(headers) == nil)
        #expect(house.keystone.validations.count == 1)
        house.clock.advance(.seconds(1))
        #expect(await house.refusal(headers) == nil)
        #expect(house.keystone.validations.count == 2)
    }

    @Test("are revoked at the end of their lifetime")
    func revocation() async throws {
        let house = try house()
        #expect(await house.refusal(headers) == nil)
        house.keystone.change { $0.tokens["t"] = nil }
        #expect(await house.refusal(headers) == nil)
        house.clock.advance(.seconds(300))
        #expect(await house.refusal(headers) == "unknown_token")
    }

    @Test("are asked about each time where the lifetime is zero")
    func noLifetime() async throws {
        let house = try house { $0.cache.lifetime = .zero }
        for _ in 1...3 { #expect(await house.refusal(headers) == nil) }
        #expect(house.keystone.validations.count == 3)
        #expect(house.tokens.state.cachedTokens == 0)
    }

    @Test("that nobody knows are refused for a while without asking again")
    func negative() async throws {
        let house = try KeystoneHouse()
        for _ in 1...3 { #expect(await house.refusal(headers) == "unknown_token") }
        #expect(house.keystone.validations.count == 1)
        house.clock.advance(.seconds(5))
        house.keystone.know("t", Documents.project())
        #expect(await house.refusal(headers) == nil)
    }

    @Test("are not pushed out by tokens that nobody knows")
    func apart() async throws {
        let house = try house {
            $0.cache.tokens = 1
            $0.cache.unknownTokens = 2
        }
        #expect(await house.refusal(headers) == nil)
        for number in 1...5 {
            #expect(await house.refusal(["X-Auth-Token": "\(number)"]) == "unknown_token")
        }
        #expect(await house.refusal(headers) == nil)
        #expect(house.keystone.validations.count == 6)
    }

    @Test("make room for those that were used later")
    func bounded() async throws {
        let house = try KeystoneHouse { $0.cache.tokens = 2 }
        for token in ["a", "b", "c"] { house.keystone.know(token, Documents.project()) }
        for token in ["a", "b", "a", "c", "a", "b"] {
            #expect(await house.refusal(["X-Auth-Token": token]) == nil)
        }
        // a, b and c were asked about, and b again after c had pushed it out.
        #expect(house.keystone.validations.count == 4)
        #expect(house.tokens.state.cachedTokens == 2)
    }

    @Test("are asked about by one of those who come at the same time")
    func singleFlight() async throws {
        let house = try house()
        #expect(await house.tokens.prepare())
        house.keystone.change { $0.isHeld = true }
        await withTaskGroup { group in
            for _ in 1...50 { group.addTask { await house.refusal(headers) } }
            while !house.keystone.isAsked { await Task.yield() }
            for _ in 1...100 { await Task.yield() }
            house.keystone.release()
            for await refusal in group { #expect(refusal == nil) }
        }
        #expect(house.keystone.validations.count == 1)
    }

    @Test("survive that the caller who asked first has gone")
    func cancelledLeader() async throws {
        let house = try house()
        #expect(await house.tokens.prepare())
        house.keystone.change { $0.isHeld = true }
        let first = Task { await house.refusal(headers) }
        while !house.keystone.isAsked { await Task.yield() }
        first.cancel()
        let second = Task { await house.refusal(headers) }
        house.keystone.release()
        #expect(await second.value == nil)
        #expect(house.keystone.validations.count == 1)
    }

    @Test("go on while Keystone is away; others have to wait for it")
    func away() async throws {
        let house = try house()
        #expect(await house.refusal(headers) == nil)
        house.keystone.know("new", Documents.project())
        house.keystone.change { $0.failure = .cannotConnect(detail: "refused") }
        #expect(await house.refusal(headers) == nil)
        #expect(await house.refusal(["X-Auth-Token": "new"]) == "unavailable")
        #expect(house.tokens.state.isReachable == false)
        house.clock.advance(.seconds(300))
        #expect(await house.refusal(headers) == "unavailable")
        house.keystone.change { $0.failure = nil }
        #expect(await house.refusal(headers) == nil)
        #expect(await house.refusal(["X-Auth-Token": "new"]) == nil)
        #expect(house.tokens.state.isReachable == true)
    }
}

@Suite("Tokens that nobody knows")
struct UnknownTokenLimitTests {
    private func house() throws -> KeystoneHouse {
        try KeystoneHouse {
            $0.cache.unknownPerPeer = 3
            $0.cache.unknownOverall = 5
        }
    }

    @Test("are limited for each address, and come back with time")
    func perPeer() async throws {
        let house = try house()
        for number in 1...3 {
            #expect(await house.refusal(["X-Auth-Token": "\(number)"]) == "unknown_token")
        }
        await #expect(throws: IdentityError.tooMany(retryAfter: 1)) {
            try await house.identity(["X-Auth-Token": "4"])
        }
        #expect(house.keystone.validations.count == 3)
        #expect(await house.refusal(["X-Auth-Token": "4"], peer: "192.0.2.2") == "unknown_token")
        house.clock.advance(.seconds(1))
        #expect(await house.refusal(["X-Auth-Token": "5"]) == "unknown_token")
    }

    @Test("of an IPv6 network count together")
    func networks() async throws {
        let house = try house()
        for number in 1...3 {
            let headers: Headers = ["X-Auth-Token": "\(number)"]
            #expect(await house.refusal(headers, peer: "2001:db8::\(number)") == "unknown_token")
        }
        let headers: Headers = ["X-Auth-Token": "4"]
        #expect(await house.refusal(headers, peer: "2001:db8::4") == "too many")
        #expect(await house.refusal(headers, peer: "2001:db8:0:1::4") == "unknown_token")
    }

    @Test("are limited for all addresses together")
    func overall() async throws {
        let house = try house()
        for number in 1...5 {
            let refusal = await house.refusal(["X-Auth-Token": "\(number)"], peer: "p\(number)")
            #expect(refusal == "unknown_token")
        }
        #expect(await house.refusal(["X-Auth-Token": "6"], peer: "p6") == "too many")
    }

    @Test("good ones cost nothing, nor do those that nobody could judge")
    func refund() async throws {
        let house = try house()
        for number in 1...20 {
            house.keystone.know("good\(number)", Documents.project())
            #expect(await house.refusal(["X-Auth-Token": "good\(number)"]) == nil)
        }
        house.keystone.change { $0.validateStatus = 500 }
        for number in 1...20 {
            #expect(await house.refusal(["X-Auth-Token": "\(number)"]) == "unavailable")
        }
        house.keystone.change { $0.validateStatus = nil }
        #expect(await house.refusal(["X-Auth-Token": "x"]) == "unknown_token")
    }

    @Test("known ones pass while the purse is empty")
    func known() async throws {
        let house = try house()
        house.keystone.know("t", Documents.project())
        #expect(await house.refusal(["X-Auth-Token": "t"]) == nil)
        for number in 1...4 { _ = await house.refusal(["X-Auth-Token": "\(number)"]) }
        #expect(await house.refusal(["X-Auth-Token": "t"]) == nil)
    }

    @Test("addresses without end take bounded memory")
    func manyPeers() {
        let now = ContinuousClock.now
        var limits = TokenCacheLimits()
        limits.unknownPerPeer = 2
        limits.unknownOverall = 1_000_000
        var limit = UnknownTokenLimit(limits, at: now)
        for number in 1...20_000 {
            #expect(limit.take(for: "p\(number)", at: now) == nil)
            #expect(limit.peerCount <= 4096)
        }
        #expect(limit.take(for: "p20000", at: now) == nil)
        #expect(limit.take(for: "p20000", at: now) == 1)
    }
}
