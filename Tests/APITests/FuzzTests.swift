import API
import Foundation
import HTTP
import JSON
import TestSupport
import Testing

/// Requests made of the saved corpus by small random changes. The seeds are fixed, so a failure
/// comes again; what once failed is added to the corpus.
@Suite("Requests under fire")
struct FuzzTests {
    @Test("no query string does more than fail", arguments: 0..<8)
    func queries(seed: UInt64) async throws {
        let house = try await House.seeded()
        try await mutate("queries.txt", seed: seed, rounds: 60) { bytes in
            let query = String(decoding: bytes, as: UTF8.self)
            await expectOrder(await house.get("/v2/events?\(query)"), [200, 400])
        }
    }

    @Test("no path does more than fail", arguments: 0..<4)
    func paths(seed: UInt64) async throws {
        let house = try await House.seeded()
        try await mutate("paths.txt", seed: seed, rounds: 60) { bytes in
            let path = String(decoding: bytes, as: UTF8.self)
            await expectOrder(await house.get(path), [200, 400, 404])
        }
    }

    @Test("no body of a listing does more than fail", arguments: 0..<8)
    func bodies(seed: UInt64) async throws {
        let house = try await House.seeded()
        try await mutate("list-bodies.txt", seed: seed, rounds: 60) { bytes in
            var headers = Headers.administrator
            headers["Content-Type"] = "application/json"
            let request = Request("GET", "/v2/events", headers: headers, body: bytes)
            await expectOrder(await house.send(request), [200, 400])
        }
    }

    @Test(
        "no published body does more than fail, and what is accepted can be read", arguments: 0..<8)
    func published(seed: UInt64) async throws {
        for type in ["application/json", "application/x-ndjson"] {
            let house = House()
            var accepted = 0
            try await mutate("published.txt", seed: seed, rounds: 30) { bytes in
                let answer = await house.post(bytes, type: type)
                await expectOrder(answer, [200, 400])
                accepted += answer.json["accepted"]?.number ?? 0
            }
            let listed = await house.get("/v2/events?limit=100000")
            #expect(listed.messageIDs.count == accepted)
            // Whatever got in comes back as the same event.
            let back = await house.post(listed.body)
            #expect(back.json["duplicates"]?.number == accepted)
        }
    }

    @Test(
        "no CloudEvent and no audit event does more than fail, and what is accepted can be read",
        arguments: [
            "application/cloudevents+json", "application/cloudevents-batch+json",
            "application/json",
            "text/plain",
        ], 0..<4)
    func foreign(type: String, seed: UInt64) async throws {
        let house = House()
        var accepted = 0
        try await mutate("foreign.txt", seed: seed, rounds: 60) { bytes in
            // The fields count with the last type only, where the body is data and no event.
            var headers: Headers = ["ce-specversion": "1.0", "ce-source": "s", "ce-type": "t"]
            headers["ce-id"] = String(decoding: bytes.prefix(40), as: UTF8.self)
            headers["ce-x"] = String(decoding: bytes.suffix(40), as: UTF8.self)
            if type == "application/json" { headers = Headers() }
            let answer = await house.post(bytes, type: type, headers: headers)
            await expectOrder(answer, [200, 400])
            accepted += answer.json["accepted"]?.number ?? 0
        }
        let listed = await house.get("/v2/events?limit=100000&q.field=all_tenants&q.value=true")
        #expect(listed.messageIDs.count == accepted)
        let back = await house.post(listed.body)
        #expect(back.json["duplicates"]?.number == accepted)
    }

    @Test("no packed body does more than fail", arguments: 0..<4)
    func packed(seed: UInt64) async throws {
        let house = House()
        var random = SeededGenerator(seed: seed)
        let packed = try Gzip.stored(Array("\(Draft())".utf8))
        for _ in 0..<300 {
            await expectOrder(
                await house.post(random.mutated(packed), encoding: "gzip"), [200, 400, 413])
        }
    }

    @Test("no header does more than fail", arguments: 0..<4)
    func headers(seed: UInt64) async throws {
        let house = try await House.seeded()
        try await mutate("headers.txt", seed: seed, rounds: 60) { bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
            var headers = Headers.administrator
            headers.append(parts.first ?? "", parts.last ?? "")
            let request = Request("GET", "/v2/events?limit=1", headers: headers)
            await expectOrder(await house.send(request), [200, 403, 406])
        }
    }

    /// Each line of a corpus file as it is, and then changed.
    private func mutate(
        _ file: String, seed: UInt64, rounds: Int, _ body: ([UInt8]) async throws -> Void
    ) async throws {
        var random = SeededGenerator(seed: seed)
        for line in try Fixture.lines("corpus/\(file)") {
            try await body(Array(line.utf8))
            for _ in 0..<rounds { try await body(random.mutated(Array(line.utf8))) }
        }
    }

    /// One of the statuses, and JSON whatever it is.
    private func expectOrder(_ answer: Answer, _ statuses: [Int]) async {
        #expect(statuses.contains(answer.status.code), "\(answer.text)")
        let isJSON = answer.headers["Content-Type"] == "application/json"
        #expect(!isJSON || answer.json != .invalid)
    }
}
