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
        "an answer has as many events as asked for, 100 if unsaid, never more than the maximum"
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

    @Test("the next page is there even when retention has taken the event that ended the last one")
    func deletedMarker() async throws {
        let house = House()
        await house.fill(50)
        let page = await house.get("/v2/events?limit=8")
        let marker = try #require(page.messageIDs.last)
        let gone = try await house.storage.deleteEvents(before: .latest, batchSize: 8)
        #expect(gone == 8)
        let next = await house.get("/v2/events?limit=8&marker=\(marker)")
        #expect(next.messageIDs == (8..<16).map(House.id))
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

    @Test("a failure of the store is 503 before anything is sent, and cuts the answer after that")
    func storageFailure() async throws {
        let storage = FailingStorage(good: 3)
        let api = EventsAPI(
            storage: storage, recorder: GroupCommit(storage: storage), digest: { $0 },
            authenticator: Authenticator([SomeAdministrator()]))
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
    func authenticate(_ request: Request) async throws(IdentityError) -> Identity? {
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

    func deleteEvents(
        before cutoff: Timestamp, of types: EventTypeSelection, batchSize: Int
    ) async throws(StorageError) -> Int {
        0
    }

    func status() async -> StorageStatus {
        await MemoryEventStorage().status()
    }
}
