import API
import HTTP
import Identity
import Logging
import MemoryStorage
import Metrics
import Observability
import Testing

@testable import App

@Suite("The service put together")
struct EventServiceTests {
    private static let administrator: Headers = [
        "X-Roles": "admin", "X-User-Id": "u", "X-Project-Id": "p",
        "Content-Type": "application/json",
    ]

    private func service() throws -> EventService {
        // Memory forgets, and says so.
        let settings = try Settings(
            from: SettingsSources(arguments: ["--database.allow_unsafe", "true"]))
        return EventService(
            settings, storage: MemoryEventStorage(), certificates: nil,
            connections: ConnectionStatus(), authentication: Authentication([TrustedHeaders()]),
            registry: MetricsRegistry(), logger: Logger(label: "test"))
    }

    @Test(
        "serves the API and the pages of the operator",
        arguments: [
            ("GET", "/", 200), ("GET", "/v2/capabilities", 200), ("GET", "/v2/events", 200),
            ("GET", "/healthcheck", 200), ("HEAD", "/healthcheck", 204),
            ("POST", "/healthcheck", 200), ("GET", "/healthcheck/", 200), ("GET", "/metrics", 200),
            ("GET", "/status", 200), ("GET", "/openapi.yaml", 200), ("GET", "/nothing", 404),
            ("DELETE", "/metrics", 405),
        ])
    func routes(method: String, path: String, status: Int) async throws {
        let request = Request(method: method, path: path, headers: Self.administrator)
        let response = try await service().responder.respond(to: request)
        #expect(response.status.code == status)
        #expect(response.headers["X-Openstack-Request-Id"] == "req-test")
    }

    @Test("every path it serves is described, and every path that is described is served")
    func description() async throws {
        let service = try service()
        let answer = await service.responder.respond(
            to: Request(method: "GET", path: "/openapi.yaml", headers: [:]))
        guard case .bytes(let bytes) = answer.body else { throw NoDescription() }
        let described = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
            .filter { $0.hasPrefix("  /") && $0.hasSuffix(":") }
            .map { String($0.dropFirst(2).dropLast()) }
        let served = service.router.operations.compactMap { $0.split(separator: " ").last }
        #expect(Set(described) == Set(served.map(String.init)))
    }

    private struct NoDescription: Error {}

    @Test("what is published can be read back")
    func publish() async throws {
        let service = try service()
        let event = """
            [{"message_id": "a", "event_type": "t", "generated": "2026-11-21T00:00:00",
              "traits": [["project_id", 1, "p"]], "raw": {}}]
            """
        let published = await service.responder.respond(
            to: Request(
                method: "POST", path: "/v2/events", headers: Self.administrator,
                body: Array(event.utf8)))
        #expect(published.status.code == 200)
        let read = await service.responder.respond(
            to: Request(method: "GET", path: "/v2/events/a", headers: Self.administrator))
        #expect(read.status.code == 200)
    }

    @Test("the bounds of a query are the settings'", arguments: [(2, 200), (3, 400)])
    func filters(count: Int, status: Int) async throws {
        let settings = try Settings(
            from: SettingsSources(arguments: ["--api.maximum_filters", "2"]))
        let service = EventService(
            settings, storage: MemoryEventStorage(), certificates: nil,
            connections: ConnectionStatus(), authentication: Authentication([TrustedHeaders()]),
            registry: MetricsRegistry(), logger: Logger(label: "test"))
        let query = Array(repeating: "q.field=a&q.value=1", count: count).joined(separator: "&")
        let response = await service.responder.respond(
            to: Request(
                method: "GET", path: "/v2/events", query: query, headers: Self.administrator))
        #expect(response.status.code == status)
    }

    @Test("the status names every section in order")
    func status() async throws {
        let response = try await service().responder.respond(
            to: Request(method: "GET", path: "/status"))
        guard case .bytes(let bytes) = response.body else { return }
        let text = String(decoding: bytes, as: UTF8.self)
        var rest = text[...]
        for section in ["service", "store", "ingest", "listener", "tls", "policy", "counters"] {
            let place = try #require(rest.firstRange(of: "    \"\(section)\": {"), "\(section)")
            rest = rest[place.upperBound...]
        }
    }

    @Test("an event older than retention allows is not taken in")
    func tooOld() async throws {
        let settings = try Settings(
            from: SettingsSources(arguments: ["--events.time_to_live", "30d"]))
        let service = EventService(
            settings, storage: MemoryEventStorage(), certificates: nil,
            connections: ConnectionStatus(), authentication: Authentication([TrustedHeaders()]),
            registry: MetricsRegistry(), logger: Logger(label: "test"))
        let event =
            #"{"message_id": "a", "event_type": "t", "generated": "2001-01-01T00:00:00", "traits": []}"#
        let response = await service.responder.respond(
            to: Request(
                method: "POST", path: "/v2/events", headers: Self.administrator,
                body: Array(event.utf8)))
        #expect(response.status.code == 400)
    }
}
