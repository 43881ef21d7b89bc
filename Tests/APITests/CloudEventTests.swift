import API
import EventStore
import Foundation
import HTTP
import MemoryStorage
import Testing
import Values

@Suite("CloudEvents")
struct CloudEventTests {
    private static let structured = "application/cloudevents+json"
    private static let batch = "application/cloudevents-batch+json"

    private static let example = #"""
        {"specversion": "1.0", "type": "com.example.someevent", "source": "/mycontext",
         "subject": "larger-context", "id": "A234-1234-1234", "time": "2026-04-05T17:31:00Z",
         "comexampleextension1": "value", "comexampleothervalue": 5, "projectid": "p1",
         "datacontenttype": "application/json", "data": {"appinfoA": "abc", "appinfoB": 1.50}}
        """#

    /// uuid.uuid5(uuid.NAMESPACE_URL, "/mycontext\nA234-1234-1234")
    private static let exampleID = "b0f44200-058e-5ef8-86af-86f17d1fb132"

    private func stored(_ house: House) async throws -> [Event] {
        try await house.storage.events(matching: EventQuery(limit: 100))
    }

    private func binary(
        _ body: String, type: String?, _ fields: [String: String] = [:], to house: House
    ) async -> Answer {
        var headers: Headers = [
            "Ce-Specversion": "1.0", "ce-type": "com.example.someevent",
            "CE-SOURCE": "/mycontext", "ce-id": "A234-1234-1234",
            "ce-time": "2026-04-05T17:31:00Z",
        ]
        for (name, value) in fields { headers[name] = value.isEmpty ? nil : value }
        headers["Content-Type"] = type
        return await house.send(
            Request("POST", "/v2/events", headers: headers, body: Array(body.utf8)))
    }

    @Test("become an event with their attributes as traits and their data as raw")
    func mapping() async throws {
        let house = House()
        let answer = await house.post(Self.example, type: Self.structured)
        #expect(answer.json == .report(accepted: 1))
        let event = try #require(try await stored(house).first)
        #expect(event.messageID == Self.exampleID)
        #expect(event.eventType == "com.example.someevent")
        #expect(event.generated == Timestamp("2026-04-05T17:31:00"))
        #expect(
            event.traits == [
                Trait("comexampleextension1", .text("value")),
                Trait("comexampleothervalue", .integer(5)),
                Trait("id", .text("A234-1234-1234")), Trait("project_id", .text("p1")),
                Trait("source", .text("/mycontext")), Trait("subject", .text("larger-context")),
            ])
        #expect(event.raw.text == #"{"appinfoA":"abc","appinfoB":1.50}"#)
    }

    @Test(
        "are known by their members, whatever carries them",
        arguments: [
            ("application/json", "", ""), ("application/json", "[", "]"),
            ("application/x-ndjson", "", ""), (batch, "[", "]"),
            ("APPLICATION/CloudEvents+JSON; charset=utf-8", "", ""),
            ("application/cloudevents-batch+json;charset=UTF-8", "[", "]"),
        ])
    func carriers(type: String, before: String, after: String) async throws {
        let house = House()
        let body = before + Self.example.replacing("\n", with: " ") + after
        #expect(await house.post(body, type: type).json == .report(accepted: 1))
        let again = await house.post(Self.example, type: Self.structured)
        #expect(again.json["duplicates"]?.number == 1)
    }

    @Test("with their attributes in the header are the same events")
    func binaryMode() async throws {
        let house = House()
        let answer = await binary(
            #"{"appinfoA": "abc", "appinfoB": 1.50}"#, type: "application/json",
            [
                "ce-subject": "larger-context", "ce-comexampleextension1": "value",
                "ce-projectid": "p1",
            ], to: house)
        #expect(answer.json == .report(accepted: 1))
        let structured = Self.example.replacing(#""comexampleothervalue": 5, "#, with: "")
        let again = await house.post(structured, type: Self.structured)
        #expect(again.json["duplicates"]?.number == 1)
    }

    @Test(
        "keep data of every type",
        arguments: [
            (#"[1, 2]"#, "application/json", "[1,2]"),
            (#"{"a": 1}"#, "application/x+json", #"{"a":1}"#),
            (#"{"a": 1}"#, nil, #"{"a":1}"#), ("5", "text/json", "5"),
            ("a \"b\"\n", "text/plain; charset=utf-8", #""a \"b\"\n""#),
            ("<a/>", "application/xml", #""<a/>""#), ("<a/>", "image/svg+xml", #""<a/>""#),
            ("abc", "application/octet-stream", #"{"data_base64":"YWJj"}"#),
            ("", "text/plain", "{}"),
        ] as [(String, String?, String)])
    func data(body: String, type: String?, raw: String) async throws {
        let house = House()
        #expect(await binary(body, type: type, to: house).status == .ok)
        #expect(try await stored(house).first?.raw.text == raw)
    }

    @Test("keep data in base64")
    func base64() async throws {
        let house = House()
        let event = Self.example.replacing(
            #""data": {"appinfoA": "abc", "appinfoB": 1.50}"#, with: #""data_base64": "YWJj""#)
        #expect(await house.post(event, type: Self.structured).status == .ok)
        #expect(try await stored(house).first?.raw.text == #"{"data_base64":"YWJj"}"#)
    }

    @Test(
        "have their header fields unquoted and decoded",
        arguments: [
            ("Euro%20%E2%82%AC%20%F0%9F%98%80", "Euro € 😀"), (#""a \"b\" c""#, #"a "b" c"#),
            ("100%", "100%"), ("plain", "plain"), ("%25", "%"),
        ])
    func fields(sent: String, read: String) async throws {
        let house = House()
        #expect(await binary("", type: nil, ["ce-subject": sent], to: house).status == .ok)
        let traits = try await stored(house).first?.traits
        #expect(traits?.contains(Trait("subject", .text(read))) == true)
    }

    @Test("are one event for each pair of source and id")
    func identity() async throws {
        let house = House()
        let other = Self.example.replacing("/mycontext", with: "/other")
        let third = Self.example.replacing("A234-1234-1234", with: "A234-1234-1235")
        let body = "[\(Self.example), \(other), \(third), \(Self.example)]"
        let answer = await house.post(body, type: Self.batch)
        #expect(answer.json["accepted"]?.number == 3)
        #expect(answer.json["duplicates"]?.number == 1)
    }

    @Test("without a time have that of their arrival")
    func arrival() async throws {
        let house = House()
        let event = Self.example.replacing(#""time": "2026-04-05T17:31:00Z","#, with: "")
        let answer = await house.post(event, type: Self.structured)
        #expect(answer.json["accepted"]?.number == 1)
        #expect(answer.json["items"]?.elements.first?["code"] == .text("arrival_time"))
        let generated = try #require(try await stored(house).first?.generated)
        #expect(abs(generated.microseconds - Timestamp.now.microseconds) < 600_000_000)
    }

    @Test("without a time are known when they are sent again, by all that they say themselves")
    func arrivalAgain() async throws {
        let house = House()
        let event = Self.example.replacing(#""time": "2026-04-05T17:31:00Z","#, with: "")
        _ = await house.post(event, type: Self.structured)
        let first = try #require(try await stored(house).first?.generated)
        while Timestamp.now <= first { await Task.yield() }
        let again = await house.post(event, type: Self.structured)
        #expect(again.json["duplicates"]?.number == 1)
        let other = event.replacing("1.50", with: "2.50")
        let answer = await house.post("[\(other), \(event)]", type: Self.batch)
        #expect(answer.json["conflicts"]?.number == 1)
        #expect(answer.json["duplicates"]?.number == 1)
        let timed = await house.post(Self.example, type: Self.structured)
        #expect(timed.json["conflicts"]?.number == 1)
        #expect(try await stored(house).map(\.generated) == [first])
    }

    /// A change of the example, and why it is refused then.
    private static let refusals: [(from: String, to: String, code: String, word: String)] = [
        (#""specversion": "1.0""#, #""specversion": "0.3""#, "invalid_cloud_event", "specversion"),
        (#""specversion": "1.0""#, #""specversion": 1.0"#, "invalid_cloud_event", "specversion"),
        ("\"2026-04-05T17:31:00Z\"", "1", "invalid_cloud_event", "time"),
        (#""specversion": "1.0","#, "", "missing_field", "specversion"),
        (#""id": "A234-1234-1234","#, "", "missing_field", "id"),
        (#""id": "A234-1234-1234","#, #""id": null,"#, "missing_field", "id"),
        ("A234-1234-1234", "", "invalid_cloud_event", "id"),
        ("A234-1234-1234", #"a\nb"#, "invalid_cloud_event", "id"),
        (#""source": "/mycontext","#, "", "missing_field", "source"),
        ("/mycontext", "", "invalid_cloud_event", "source"),
        (#""type": "com.example.someevent","#, "", "missing_field", "type"),
        ("com.example.someevent", String(repeating: "x", count: 256), "invalid_event_type", "type"),
        ("2026-04-05T17:31:00Z", "in the evening", "invalid_generated", "time"),
        (#""data":"#, #""data_base64": "YQ==", "data":"#, "invalid_cloud_event", "data_base64"),
    ]

    @Test("are refused one by one, with the reason", arguments: refusals)
    func refused(from: String, to: String, code: String, word: String) async throws {
        let house = House()
        let bad = Self.example.replacing(from, with: to)
        let good = Self.example.replacing("A234-1234-1234", with: "good")
        let answer = await house.post("[\(bad), \(good)]", type: Self.batch)
        #expect(answer.status == .ok)
        #expect(answer.json["accepted"]?.number == 1)
        let item = answer.json["items"]?.elements.first
        #expect(item?["code"] == .text(code))
        guard case .text(let detail)? = item?["detail"] else {
            Issue.record("no detail in \(answer.text)")
            return
        }
        #expect(detail.contains(word))
        let alone = await house.post(bad, type: Self.structured)
        #expect(alone.status == .badRequest)
        #expect(alone.faultString?.contains(word) == true)
    }

    @Test(
        "in the header are refused with the reason",
        arguments: [
            (["ce-specversion": ""], "specversion"), (["ce-id": ""], "id"),
            (["ce-source": ""], "source"), (["ce-type": ""], "type"),
            (["ce-specversion": "2.0"], "specversion"), (["ce-time": "soon"], "time"),
            (["ce-subject": "%FF"], "ce-subject"), (["ce-subject": "%00"], "ce-subject"),
        ])
    func refusedFields(fields: [String: String], word: String) async throws {
        let answer = await binary("{}", type: "application/json", fields, to: House())
        #expect(answer.status == .badRequest)
        #expect(answer.faultString?.contains(word) == true, "\(answer.text)")
    }

    @Test("with data that is not what its type says are refused")
    func badData() async throws {
        let answer = await binary("{", type: "application/json", to: House())
        #expect(answer.status == .badRequest)
        #expect(answer.json["items"]?.elements.first?["code"] == .text("invalid_json"))
    }

    @Test(
        "in another format are told which ones we read",
        arguments: [
            "application/cloudevents+avro", "application/cloudevents+protobuf",
            "application/cloudevents", "application/cloudevents-batch+xml", "text/plain",
        ])
    func formats(type: String) async throws {
        let answer = await House().post(Self.example, type: type)
        #expect(answer.status == .unsupportedMediaType)
        #expect(answer.text.contains("application/cloudevents+json"))
    }

    @Test("in a batch may be none, and a batch is an array")
    func shapes() async throws {
        #expect(await House().post("[]", type: Self.batch).json == .report(accepted: 0))
        let single = await House().post(Self.example, type: Self.batch)
        #expect(single.status == .badRequest)
        let array = await House().post("[\(Self.example)]", type: Self.structured)
        #expect(array.status == .badRequest)
        #expect(await House().post("[1]", type: Self.batch).status == .badRequest)
    }

    @Test("are held to the limits and the age of every event")
    func limits() async throws {
        var settings = APISettings()
        settings.ingest.traits = 3
        settings.ingest.eventBytes = 1000
        let many = await House(settings: settings).post(Self.example, type: Self.structured)
        #expect(many.json["items"]?.elements.first?["code"] == .text("too_large"))
        let long = String(repeating: "x", count: 2000)
        let large = await binary(long, type: "text/plain", to: House(settings: settings))
        #expect(large.json["items"]?.elements.first?["code"] == .text("too_large"))
        let old = await House(cutoff: Timestamp("2026-05-01")).post(
            Self.example, type: Self.structured)
        #expect(old.json["items"]?.elements.first?["code"] == .text("too_old"))
        #expect(old.json["items"]?.elements.first?["message_id"] == .text(Self.exampleID))
    }

    @Test("are asked for by webhooks, and the address to call back is not called")
    func webhook() async throws {
        let asked = await House().send(
            Request(
                "OPTIONS", "/v2/events",
                headers: [
                    "WebHook-Request-Origin": "eventemitter.example.com",
                    "WebHook-Request-Callback": "http://127.0.0.1:1/",
                ]))
        #expect(asked.status == .ok)
        #expect(asked.headers["WebHook-Allowed-Origin"] == "eventemitter.example.com")
        #expect(asked.headers["WebHook-Allowed-Rate"] == "*")
        let plain = await House().send(Request("OPTIONS", "/v2/events"))
        #expect(plain.headers["WebHook-Allowed-Origin"] == nil)
    }
}
