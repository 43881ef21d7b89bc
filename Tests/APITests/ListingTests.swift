import API
import EventStore
import HTTP
import Identity
import Logging
import MemoryStorage
import Testing
import Values

@Suite("Listing events")
struct ListingTests {
    @Test(
        "an answer has as many events as asked for, 100 if nothing is said, and never more than the maximum"
    )
    func limits() async throws {
        let house = House(settings: APISettings(defaultLimit: 100, maximumLimit: 150))
        await house.fill(200)
        for (limit, count) in [
            ("", 100), ("?limit=0", 100), ("?limit=1", 1), ("?limit=120", 120), ("?limit=151", 150),
            ("?limit=99999999999999999999999", 150), ("?limit=%201_0%20", 10),
            ("?limit=%EF%BC%92", 2),
        ] {
            #expect(await house.get("/v2/events\(limit)").messageIDs.count == count, "\(limit)")
        }
    }

    @Test("many events are sent in pieces, and are all there in order")
    func pieces() async throws {
        let house = House()
        await house.fill(2500)
        let answer = await house.get("/v2/events?limit=2400")
        #expect(answer.isStream)
        #expect(answer.messageIDs == (0..<2400).map(House.id))
        #expect(await house.get("/v2/events?limit=50").isStream == false)
    }

    @Test(
        "pages by marker meet every event once",
        arguments: [
            "", "&sort=generated:desc", "&sort=message_id:desc",
            "&sort=generated:asc&sort=message_id:desc",
        ])
    func paging(sort: String) async throws {
        let house = House()
        await house.fill(50, instants: 7)
        var seen: [String] = []
        var marker = ""
        repeat {
            let page = await house.get("/v2/events?limit=8&marker=\(marker)\(sort)")
            seen += page.messageIDs
            marker = page.messageIDs.last ?? ""
        } while !marker.isEmpty
        #expect(seen.count == 50)
        #expect(Set(seen).count == 50)
        let whole = await house.get("/v2/events?limit=100\(sort)")
        #expect(seen == whole.messageIDs)
    }

    @Test("a marker that the caller cannot see is as good as none")
    func foreignMarker() async throws {
        let house = try await House.seeded()
        let own = "11111111-0000-0000-0000-000000000000"
        let foreign = "11111111-0000-0000-0000-000000000001"
        let member = Headers.member("user-a", "proj-a")
        #expect(await house.get("/v2/events?marker=\(own)", as: member).status == .ok)
        for id in [foreign, "nope"] {
            let answer = await house.get("/v2/events?marker=\(id)", as: member)
            #expect(answer.status == .badRequest)
            #expect(answer.faultString == "Marker \(id) not found.")
        }
    }

    @Test(
        "arguments that are wrong are refused with Panko's words",
        arguments: [
            (
                "limit=-1",
                "Invalid input for field/attribute limit. Value: '-1'. the limit should be a positive integer."
            ),
            (
                "limit=",
                "Invalid input for field/attribute limit. Value: ''. unable to convert to int. Error: invalid literal for int() with base 10: ''"
            ),
            (
                "limit=a'b",
                "Invalid input for field/attribute limit. Value: 'a'b'. unable to convert to int. Error: invalid literal for int() with base 10: \"a'b\""
            ),
            ("foo=1", "Unknown argument: \"foo\""), ("a=1&b=2", "Unknown argument: \"a, b\""),
            ("bad_Stuff_here", "Unknown argument: \"bad_Stuff_here\""),
            ("q.foo=1", "Unknown argument: \"q.foo\""),
            ("q[0].foo=1", "Unknown argument: \"q[0].foo\""),
            (
                "q.field=x&q.op=xx&q.value=1",
                "Operator xx is not supported. The supported operators are: ('lt', 'le', 'eq', 'ne', 'ge', 'gt')"
            ),
            (
                "q.field=message_id&q.op=gt&q.value=1",
                "Operator gt is not supported. Only `eq' operator is available for field message_id"
            ),
            (
                "q.field=end_timestamp&q.value=1",
                "Operator eq is not supported. Only `le' operator is available for field end_timestamp"
            ),
            (
                "q.field=start_timestamp&q.op=ge&q.value=x",
                "Invalid input for field/attribute start_timestamp. Value: 'x'. Unable to parse date string 'x'"
            ),
            (
                "q.field=x&q.type=boolean&q.value=1",
                "The data type boolean is not supported. The supported data type list is: ['integer', 'float', 'string', 'datetime']"
            ),
            (
                "q.field=x&q.type=datetime&q.value=1",
                "Unable to convert the value 1 to the expected data type datetime."
            ),
            (
                "q.field=x&q.type=integer&q.value=",
                "Unable to convert the value  to the expected data type integer."
            ),
            (
                "q.field=x&q.value=1&q.value=2",
                "Invalid input for field/attribute field. Value: 'None'. Mandatory field missing."
            ),
        ])
    func refusals(query: String, text: String) async throws {
        let answer = await House().get("/v2/events?\(query)")
        #expect(answer.status == .badRequest)
        #expect(answer.faultString == text)
    }

    @Test("at most 32 conditions", arguments: [(32, 200), (33, 400)])
    func manyConditions(count: Int, status: Int) async {
        let query = (0..<count).map { "q.field=t\($0)&q.value=x" }.joined(separator: "&")
        #expect(await House().get("/v2/events?\(query)").status.code == status)
    }

    @Test(
        "a body is read as the query string is",
        arguments: [
            (#"{"limit": "2"}"#, 2), (#"{"limit": 2.9}"#, 2), (#"{"limit": true}"#, 1),
            (#"{"limit": null}"#, 20), (#"{"q": null, "sort": null, "marker": null}"#, 20),
            (#"{"q": [{"field": "n", "type": "integer", "op": "lt", "value": "5"}]}"#, 5),
            (#"{"q": [{"field": "n", "type": "integer", "value": "5"}], "limit": 1}"#, 1),
            (#"{"q": [{"field": "event_type", "value": null}]}"#, 20),
            (#"{"q": [{"field": "absent", "value": null}]}"#, 0),
            (#"{"limit": 1, "limit": 3}"#, 3), ("", 20), ("{}", 20),
        ])
    func bodies(body: String, count: Int) async {
        let house = House()
        await house.fill(20)
        let answer = await house.get(
            "/v2/events", headers: ["Content-Type": "application/json"], body: body)
        #expect(answer.status == .ok, "\(answer.text)")
        #expect(answer.messageIDs.count == count)
    }

    @Test(
        "a body that is wrong is refused",
        arguments: [
            ("{", "Request is not in valid JSON format"), ("[]", "Request must be a JSON dict"),
            ("null", "Request must be a JSON dict"),
            (#"{"a": 1, "b": 2}"#, "Unknown argument: \"a, b\""),
            (
                #"{"q": "x"}"#,
                "Invalid input for field/attribute q. Value: 'x'. Value not a valid list: x"
            ),
            (
                #"{"limit": "x"}"#,
                "Invalid input for field/attribute limit. Value: 'x'. invalid literal for int() with base 10: 'x'"
            ),
            (
                #"{"q": [{"field": "a", "value": "b", "y": 1, "z": 2}]}"#,
                "Unknown attributes for argument q: y, z"
            ),
            (
                #"{"q": [{"value": "b"}]}"#,
                "Invalid input for field/attribute field. Value: 'None'. Mandatory field missing."
            ),
        ])
    func wrongBodies(body: String, text: String) async {
        let answer = await House().get(
            "/v2/events", headers: ["Content-Type": "application/json"], body: body)
        #expect(answer.status == .badRequest)
        #expect(answer.faultString == text)
    }

    @Test(
        "numbers beyond what can be stored compare as numbers do",
        arguments: [
            ("integer", "lt", "99999999999999999999", 3),
            ("integer", "eq", "99999999999999999999", 0),
            ("integer", "ne", "99999999999999999999", 3),
            ("integer", "gt", "99999999999999999999", 0),
            ("integer", "gt", "-99999999999999999999", 3),
            ("integer", "le", "-99999999999999999999", 0),
            ("float", "lt", "inf", 3), ("float", "ge", "inf", 0), ("float", "gt", "-inf", 3),
            ("float", "ne", "nan", 3), ("float", "eq", "nan", 0), ("float", "lt", "nan", 0),
        ])
    func beyond(type: String, comparison: String, value: String, count: Int) async {
        let house = House()
        let traits = #"[["n", 2, 1], ["n", 3, 1.5]]"#
        for id in ["a", "b", "c"] { _ = await house.post("\(Draft(id: id, traits: traits))") }
        _ = await house.post("\(Draft(id: "null", traits: #"[["n", 2, null], ["n", 3, null]]"#))")
        let answer = await house.get(
            "/v2/events?q.field=n&q.type=\(type)&q.op=\(comparison)&q.value=\(value)")
        #expect(answer.messageIDs.count == count)
    }

    @Test("a failure of the store is 503 before anything is sent, and cuts the answer after that")
    func storageFailure() async throws {
        let storage = FailingStorage(good: 3)
        let api = EventsAPI(
            storage: storage, recorder: GroupCommit(storage: storage), digest: { $0 },
            identity: SomeAdministrator())
        let router = Router(routes: api.routes, logger: .init(label: "test"))
        let response = await router.respond(to: Request("GET", "/v2/events?limit=100000"))
        #expect(response.status == .ok)
        guard case .stream(let stream) = response.body else {
            Issue.record("not sent in pieces")
            return
        }
        await #expect(throws: StorageError.self) { while try await stream.next() != nil {} }
        let broken = await Answer(router.respond(to: Request("GET", "/v2/events")))
        #expect(broken.status == .unavailable)
        #expect(!broken.text.contains("secret"))
    }
}

@Suite("Python's ways of reading values")
struct ParseProbeTests {
    @Test("times, integers, floats and truths are read as recorded")
    func probe() async throws {
        let house = House()
        // Another project's event: only a true all_tenants shows it.
        _ = await house.post("\(Draft(traits: #"[["project_id", 1, "other"]]"#))")
        var section = ""
        var count = 0
        for line in try Fixture.lines("parse-probe.txt") {
            if line.hasPrefix("## ") {
                section = String(line.dropFirst(3))
                continue
            }
            guard let probe = Probe(line), let target = probe.target(in: section) else { continue }
            count += 1
            let answer = await house.get(target)
            let isRead = answer.status == .ok
            // An empty time is no condition in a listing, whatever the library says of it.
            let isWanted = probe.isRead || section.hasPrefix("parse_isotime") && probe.text.isEmpty
            #expect(isRead == isWanted, "\(section): \(line)")
            if section.hasPrefix("bool"), isRead {
                #expect(answer.messageIDs.count == (probe.outcome == "True" ? 1 : 0), "\(line)")
            }
        }
        #expect(count > 80)
    }

    /// `'text'   outcome`
    private struct Probe {
        let text: String
        let outcome: String
        var isRead: Bool { !outcome.hasPrefix("ERR") }

        init?(_ line: String) {
            guard line.hasPrefix("'"), let end = line.dropFirst().firstIndex(of: "'") else {
                return nil
            }
            text = String(line[line.index(after: line.startIndex)..<end])
            outcome = line[line.index(after: end)...].trimmingPrefix { $0 == " " }.description
        }

        func target(in section: String) -> String? {
            let value = text.utf8.map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }
                .joined()
            let start = "/v2/events?q.value=\(value)&q.field="
            return switch section.prefix(4) {
            case "pars": start + "start_timestamp&q.op=ge"
            case "bool":
                start + "all_tenants"
            case "int(": start + "n&q.type=integer"
            case "floa" where section == "float()": start + "n&q.type=float"
            default: nil
            }
        }
    }
}

extension House {
    static func id(_ number: Int) -> String {
        let digits = String(number)
        return "e" + String(repeating: "0", count: 6 - digits.count) + digits
    }

    /// - Parameter instants: how many different times the events have.
    func fill(_ count: Int, instants: Int = .max) async {
        let lines = (0..<count).map { number in
            let time = Timestamp(microseconds: 1_577_836_800_000_000 + Int64(number % instants))
            return Draft(
                id: Self.id(number), generated: time?.description ?? "",
                traits: #"[["n", 2, \#(number)]]"#
            ).description
        }
        _ = await post(lines.joined(separator: "\n"), type: "application/x-ndjson")
    }
}

struct SomeAdministrator: IdentityStrategy {
    func authenticate(_ request: Request) async throws(IdentityError) -> Identity {
        Identity(roles: ["admin"], userID: "u", projectID: "p")
    }
}

/// Gives full pages a few times and fails for ever after.
actor FailingStorage: EventStorage {
    private var good: Int

    init(good: Int) {
        self.good = good
    }

    func events(matching query: EventQuery) async throws(StorageError) -> [Event] {
        guard good > 0, let time = Timestamp("2020") else { throw .failed(detail: "secret") }
        good -= 1
        return (0..<query.limit).map {
            Event(messageID: "\($0)", eventType: "t", generated: time, traits: [])
        }
    }

    func record(_ events: [IncomingEvent]) async throws(StorageError) -> [RecordOutcome] {
        throw .failed(detail: "secret")
    }

    func event(
        _ messageID: String, visibleTo visibility: Visibility
    ) async throws(StorageError) -> Event? {
        throw .failed(detail: "secret")
    }

    func eventTypes(visibleTo visibility: Visibility) async throws(StorageError) -> [String] {
        throw .failed(detail: "secret")
    }

    func traitDescriptions(
        of eventType: String, visibleTo visibility: Visibility
    ) async throws(StorageError) -> [TraitDescription] {
        throw .failed(detail: "secret")
    }

    func deleteEvents(before cutoff: Timestamp, batchSize: Int) async throws(StorageError) -> Int {
        0
    }

    func status() async -> StorageStatus {
        await MemoryEventStorage().status()
    }
}
