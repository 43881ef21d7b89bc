import API
import EventStore
import HTTP
import MemoryStorage
import Testing
import Values

@Suite("Audit events of CADF")
struct CADFTests {
    private static let document = #"""
        {"typeURI": "http://schemas.dmtf.org/cloud/audit/1.0/event", "eventType": "activity",
         "id": "7e7a1e1e-5b1a-5d0e-8f0a-111111111111", "action": "read/list", "outcome": "success",
         "eventTime": "2026-11-21T01:55:26.669231+0000", "requestPath": "/v2.1/servers",
         "initiator": {"id": "u1", "typeURI": "service/security/account/user", "name": "nova",
           "project_id": "p1", "host": {"address": "10.0.0.9", "agent": "curl"}},
         "target": {"id": "t1", "typeURI": "service/compute/servers", "name": "nova"},
         "observer": {"id": "target"}, "reason": {"reasonCode": "200", "reasonType": "HTTP"}}
        """#

    private func stored(_ house: House) async throws -> [Event] {
        try await house.storage.events(matching: EventQuery(limit: 100))
    }

    @Test("become an event with the traits that Ceilometer makes of them")
    func mapping() async throws {
        let house = House()
        #expect(await house.post(Self.document).json == .report(accepted: 1))
        let event = try #require(try await stored(house).first)
        #expect(event.messageID == "7e7a1e1e-5b1a-5d0e-8f0a-111111111111")
        #expect(event.eventType == "audit.http.response")
        let time = try #require(Timestamp("2026-11-21T01:55:26.669231"))
        #expect(event.generated == time)
        let texts = [
            "action": "read/list", "eventType": "activity",
            "id": "7e7a1e1e-5b1a-5d0e-8f0a-111111111111", "initiator_host_address": "10.0.0.9",
            "initiator_id": "u1", "initiator_name": "nova",
            "initiator_typeURI": "service/security/account/user", "observer_id": "target",
            "outcome": "success", "project_id": "p1", "reason_code": "200",
            "requestPath": "/v2.1/servers", "target_id": "t1", "target_name": "nova",
            "target_typeURI": "service/compute/servers",
            "typeURI": "http://schemas.dmtf.org/cloud/audit/1.0/event", "user_id": "u1",
        ]
        let expected =
            texts.map { Trait($0.key, .text($0.value)) }
            + [Trait("eventTime", .datetime(time))]
        #expect(
            event
                == Event(
                    messageID: event.messageID, eventType: event.eventType, generated: time,
                    traits: expected, raw: event.raw))
        #expect(event.raw.text.contains(#""agent":"curl""#))
    }

    @Test("of a request and of its outcome are two, though they share an id")
    func pair() async throws {
        let house = House()
        let pending = Self.document.replacing(#""success""#, with: #""pending""#)
        let body = "[\(pending), \(Self.document), \(pending)]"
        let answer = await house.post(body)
        #expect(answer.json["accepted"]?.number == 2)
        #expect(answer.json["duplicates"]?.number == 1)
        #expect(
            Set(try await stored(house).map(\.eventType))
                == ["audit.http.request", "audit.http.response"])
    }

    @Test("without a request are named by their kind, and may refer to who took part")
    func references() async throws {
        let house = House()
        let document = #"""
            {"typeURI": "http://schemas.dmtf.org/cloud/audit/1.0/event", "eventType": "control",
             "id": "x", "action": "update", "outcome": "failure", "initiatorId": "u2",
             "eventTime": "2026-11-21T01:55:26Z", "targetId": "t2", "observerId": "o2"}
            """#
        #expect(await house.post(document).json == .report(accepted: 1))
        let event = try #require(try await stored(house).first)
        #expect(event.eventType == "audit.control")
        for trait in [
            Trait("user_id", .text("u2")), Trait("initiator_id", .text("u2")),
            Trait("target_id", .text("t2")), Trait("observer_id", .text("o2")),
        ] {
            #expect(event.traits.contains(trait))
        }
    }

    private static let refusals: [(from: String, to: String, code: String, word: String)] = [
        (#""id": "7e7a1e1e-5b1a-5d0e-8f0a-111111111111","#, "", "missing_field", "id"),
        (#""eventType": "activity","#, "", "missing_field", "eventType"),
        (#""activity""#, #""party""#, "invalid_cadf", "activity, monitor, control"),
        (#""success""#, #""perhaps""#, "invalid_cadf", "pending"),
        (#""action": "read/list","#, "", "missing_field", "action"),
        (#""action": "read/list""#, #""action": 7"#, "invalid_cadf", "action"),
        ("2026-11-21T01:55:26.669231+0000", "soon", "invalid_generated", "eventTime"),
        (#""observer": {"id": "target"},"#, "", "missing_field", "observerId"),
        (#""observer":"#, #""observerId": "o", "observer":"#, "invalid_cadf", "observerId"),
        (#"{"id": "target"}"#, #""target""#, "invalid_cadf", "observer"),
    ]

    @Test("are refused one by one, with the reason", arguments: refusals)
    func refused(from: String, to: String, code: String, word: String) async throws {
        let bad = Self.document.replacing(from, with: to)
        let good = Self.document.replacing("7e7a1e1e", with: "00000000")
        let answer = await House().post("[\(bad), \(good)]")
        #expect(answer.json["accepted"]?.number == 1)
        let item = answer.json["items"]?.elements.first
        #expect(item?["code"] == .text(code))
        guard case .text(let detail)? = item?["detail"] else {
            Issue.record("no detail in \(answer.text)")
            return
        }
        #expect(detail.contains(word))
    }

    @Test("are payloads like the others where raw_only sends them in one array")
    func rawOnly() async throws {
        let payload = #"{"state": "active"}"#
        let array = await House().post("[\(Self.document), \(payload)]")
        #expect(array.status == .badRequest)
        #expect(
            array.json["items"]?.elements.map { $0["code"] }
                == [.text("raw_only"), .text("raw_only")])
        let lines = await House().post(
            "\(Self.document.replacing("\n", with: ""))\n\(payload)", type: "application/x-ndjson")
        #expect(lines.json["accepted"]?.number == 1)
    }

    @Test("are held to the age of every event")
    func age() async throws {
        let answer = await House(cutoff: Timestamp("2026-12-01")).post(Self.document)
        #expect(answer.json["items"]?.elements.first?["code"] == .text("too_old"))
    }
}
