import API
import EventStore
import HTTP
import Testing
import Values

@Suite("Publishing")
struct PublishingTests {
    @Test(
        "every shape a Ceilometer sends is taken, and all shapes are the same events",
        arguments: [
            ("events-50.http-batch.json", "application/json"),
            ("events-50.http-single.ndjson", "application/x-ndjson"),
            ("events-50.file.ndjson", "application/x-ndjson"),
            ("events-50.notifier-signed.ndjson", "application/x-ndjson"),
        ])
    func shapes(file: String, type: String) async throws {
        let house = House()
        let answer = await house.post(try Fixture.bytes(file), type: type)
        #expect(answer.status == .ok)
        #expect(answer.json == .report(accepted: 50))
        let again = await house.post(
            try Fixture.bytes("events-50.http-batch.json"), target: "/v2/events?tag=a+b&q=foo")
        #expect(again.json["duplicates"]?.number == 50)
    }

    @Test("events with their notification keep it, and are others than those without")
    func raw() async throws {
        let house = House()
        let file = try Fixture.bytes("events-50.http-withraw.ndjson")
        #expect(await house.post(file, type: "application/x-ndjson").json == .report(accepted: 50))
        let answer = await house.post(try Fixture.bytes("events-50.http-batch.json"))
        #expect(answer.json["conflicts"]?.number == 50)
    }

    @Test("one object a request is taken as it is in a batch")
    func single() async throws {
        let house = House()
        for line in try Fixture.lines("events-50.http-single.ndjson") {
            #expect(await house.post(line).json == .report(accepted: 1))
        }
        let answer = await house.post(try Fixture.bytes("events-50.http-batch.json"))
        #expect(answer.json["duplicates"]?.number == 50)
    }

    @Test("raw payloads alone are refused with the reason, whatever carries them")
    func rawOnly() async throws {
        let lines = try Fixture.lines("events-50.http-rawonly.ndjson")
        let bodies = [
            (lines[1...2].joined(separator: "\n"), "application/x-ndjson"),
            (lines[1], "application/json"),
            ("[\(lines.joined(separator: ","))]", "application/json"),
        ]
        for (body, type) in bodies {
            let answer = await House().post(body, type: type)
            #expect(answer.status == .badRequest)
            #expect(answer.faultString?.contains("raw_only") == true)
            #expect(answer.json["items"]?.elements.first?["code"] == .text("raw_only"))
        }
    }

    @Test("samples are refused with the reason")
    func samples() async {
        let answer = await House().post(
            #"[{"name": "cpu", "type": "gauge", "unit": "ns", "volume": 1.5, "id": "x"}]"#)
        #expect(answer.status == .badRequest)
        #expect(answer.faultString?.contains("sample") == true)
    }

    @Test("an answer of ours can be posted back: every event is known already")
    func postedBack() async throws {
        let house = try await House.seeded()
        for page in ["/v2/events?q.field=all_tenants&q.value=1"] {
            let answer = await house.get(page)
            #expect(answer.messageIDs.count == 17)
            let back = await house.post(answer.body)
            #expect(back.json["duplicates"]?.number == 17, "\(back.text)")
        }
    }

    @Test("a posted answer has the same events in an empty house")
    func copied() async throws {
        let first = House()
        _ = await first.post(
            try Fixture.bytes("events-50.http-withraw.ndjson"), type: "application/x-ndjson")
        let target = "/v2/events?q.field=all_tenants&q.value=1"
        let answer = await first.get(target)
        let second = House()
        #expect(await second.post(answer.body).json == .report(accepted: 50))
        #expect(await second.get(target).body == answer.body)
    }

    @Test("the same id twice: the first content wins, be it in one batch or in two")
    func conflict() async {
        let house = House()
        let batch =
            "[\(Draft(id: "a", type: "x")), \(Draft(id: "a", type: "y")), "
            + "\(Draft(id: "a", type: "x"))]"
        let answer = await house.post(batch)
        #expect(answer.status == .ok)
        #expect(
            answer.json
                == .report(
                    accepted: 1, duplicates: 1, conflicts: 1,
                    items: [(1, "a", "conflict", "conflict"), (2, "a", "duplicate", "duplicate")],
                    detailsOf: answer))
        let later = await house.post("\(Draft(id: "a", type: "z"))")
        #expect(later.status == .ok)
        #expect(later.json["conflicts"]?.number == 1)
    }

    @Test("a batch with some bad events stores the good ones and names the bad")
    func mixed() async throws {
        let house = House()
        let answer = await house.post(
            "[\(Draft(id: "a")), 5, {}, \(Draft(id: "b", generated: "then")), \(Draft(id: "c"))]"
        )
        #expect(answer.status == .ok)
        #expect(
            answer.json
                == .report(
                    accepted: 2, rejected: 3,
                    items: [
                        (1, nil, "rejected", "invalid_event"),
                        (2, nil, "rejected", "missing_field"),
                        (3, "b", "rejected", "invalid_generated"),
                    ], detailsOf: answer))
        #expect(await house.get("/v2/events").messageIDs == ["a", "c"])
    }

    @Test("a line that is no JSON spoils itself only")
    func lines() async throws {
        let house = House()
        let answer = await house.post(
            "\n\(Draft(id: "a"))\r\n{nope\n   \n\(Draft(id: "b"))", type: "application/x-ndjson")
        #expect(answer.json["accepted"]?.number == 2)
        #expect(answer.json["items"]?.elements.map { $0["code"] } == [.text("invalid_json")])
        #expect(answer.json["items"]?.elements.map { $0["index"] } == [.number("1")])
    }

    @Test("all events are listed on request", arguments: ["true", "True", "1"])
    func verbose(value: String) async {
        let house = House()
        let answer = await house.post(
            Array("\(Draft(id: "a"))".utf8), target: "/v2/events?verbose=\(value)&unknown=1")
        #expect(
            answer.json
                == .report(
                    accepted: 1, items: [(0, "a", "accepted", nil)], detailsOf: answer))
    }

    @Test(
        "nothing in the query string loses an event",
        arguments: ["verbose=maybe", "verbose=", "verbose=0&verbose=no", "verbose=%FF", "%ZZ=&&;="])
    func wrongQuery(query: String) async {
        let answer = await House().post(
            Array("\(Draft(id: "a"))".utf8), target: "/v2/events?\(query)")
        #expect(answer.json == .report(accepted: 1))
    }

    @Test("an empty batch is no mistake")
    func nothing() async {
        let answer = await House().post("[]")
        #expect(answer.status == .ok)
        #expect(answer.json == .report())
    }

    @Test("nothing has to be said of oneself to publish, and identity headers do no harm")
    func anybody() async {
        let house = House()
        #expect(await house.post("\(Draft(id: "a"))").status == .ok)
        let answer = await house.post(
            Array("\(Draft(id: "b"))".utf8), headers: .member("user", "project"))
        #expect(answer.status == .ok)
    }
}

/// One event as a publisher writes it.
struct Draft: CustomStringConvertible {
    var id = "id"
    var type = "type"
    var generated = "2025-11-20T23:59:58.123456"
    var traits = "[]"
    var raw = "{}"

    var description: String {
        #"{"message_id": "\#(id)", "event_type": "\#(type)", "generated": "\#(generated)", "#
            + #""traits": \#(traits), "raw": \#(raw)}"#
    }
}

extension JSONTree {
    /// The answer to a publisher.
    ///
    /// - Parameters:
    ///   - items: index, id, status and code.
    ///   - answer: where the sentences of the items come from, which nobody compares.
    static func report(
        accepted: Int = 0, duplicates: Int = 0, conflicts: Int = 0, rejected: Int = 0,
        items: [(Int, String?, String, String?)] = [], detailsOf answer: Answer? = nil
    ) -> JSONTree {
        let details = answer?.json["items"]?.elements.map { $0["detail"] ?? .null } ?? []
        let items = items.enumerated().map { place, item in
            JSONTree.object([
                "index": .number("\(item.0)"), "message_id": item.1.map(JSONTree.text) ?? .null,
                "status": .text(item.2), "code": item.3.map(JSONTree.text) ?? .null,
                "detail": place < details.count ? details[place] : .null,
            ])
        }
        return .object([
            "accepted": .number("\(accepted)"), "duplicates": .number("\(duplicates)"),
            "conflicts": .number("\(conflicts)"), "rejected": .number("\(rejected)"),
            "items": .array(items),
        ])
    }
}
