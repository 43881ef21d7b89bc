import API
import EventStore
import HTTP
import Testing

@Suite("Publishing into a spool")
struct SpoolingTests {
    private static let good =
        #"{"message_id": "a", "event_type": "t", "generated": "2025-11-20T00:00:00"}"#

    @Test("is 202, and says of each event that it is spooled")
    func spooled() async {
        let house = House(recorder: Spooler())
        let answer = await house.post("[\(Self.good), {}, \(Self.good)]")
        #expect(answer.status == .accepted)
        for (name, count) in [
            ("accepted", 0), ("duplicates", 0), ("conflicts", 0), ("rejected", 1), ("spooled", 2),
        ] {
            #expect(answer.json[name] == JSONTree(Array("\(count)".utf8)), "\(name)")
        }
        let statuses = answer.json["items"]?.elements.map { $0["status"]?.text }
        #expect(statuses == ["spooled", "rejected", "spooled"])
        #expect(answer.json["items"]?.elements[0]["message_id"]?.text == "a")
    }

    @Test("a body without one usable event is 400 all the same")
    func nothingUsable() async {
        let house = House(recorder: Spooler())
        #expect(await house.post("[{}]").status == .badRequest)
    }

    @Test("where nothing was spooled, the answer does not speak of it")
    func direct() async {
        let answer = await House().post(Self.good)
        #expect(answer.status == .ok)
        #expect(answer.json["spooled"] == nil)
    }

    private struct Spooler: EventRecorder {
        func take(
            _ events: [IncomingEvent], arrived: ContinuousClock.Instant
        ) async throws(StorageError) -> EventReceipt {
            events.isEmpty ? .stored([]) : .spooled
        }
    }
}
