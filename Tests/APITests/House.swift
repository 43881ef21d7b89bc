import API
import EventStore
import Foundation
import HTTP
import Identity
import JSON
import Logging
import MemoryStorage
import Testing
import Values

/// The whole API over a store in memory.
struct House {
    let storage = MemoryEventStorage()
    let router: Router

    init(
        settings: APISettings = APISettings(), cors: CORSSettings = CORSSettings(),
        cutoff: Timestamp? = nil, extraRoutes: [Route] = [], recorder: (any EventRecorder)? = nil
    ) {
        let api = EventsAPI(
            storage: storage, recorder: recorder ?? GroupCommit(storage: storage),
            // A digest that cannot collide: the bytes themselves.
            digest: { $0 }, authenticator: Authenticator([TrustedHeaders()]), settings: settings,
            retentionCutoffs: { RetentionCutoffs(general: cutoff) })
        router = Router(
            routes: extraRoutes + api.routes, cors: cors, logger: Logger(label: "test"))
    }

    /// With the events of the recordings.
    static func seeded(extraRoutes: [Route] = []) async throws -> House {
        let house = House(extraRoutes: extraRoutes)
        let answer = await house.post(try Fixture.bytes("seed.json"))
        try #require(answer.status == .ok)
        return house
    }

    func send(_ request: Request) async -> Answer {
        await Answer(router.respond(to: request))
    }

    func get(
        _ target: String, as caller: Headers = .administrator, headers: Headers = Headers(),
        body: String = ""
    ) async -> Answer {
        var fields = caller
        for field in headers.fields { fields.append(field.name, field.value) }
        return await send(Request("GET", target, headers: fields, body: Array(body.utf8)))
    }

    func post(
        _ body: [UInt8], type: String = "application/json", target: String = "/v2/events",
        headers: Headers = Headers()
    ) async -> Answer {
        var fields = headers
        fields["Content-Type"] = type
        return await send(Request("POST", target, headers: fields, body: body))
    }

    func post(_ body: String, type: String = "application/json") async -> Answer {
        await post(Array(body.utf8), type: type)
    }
}

extension Request {
    /// - Parameter target: path and query.
    init(_ method: String, _ target: String, headers: Headers = Headers(), body: [UInt8] = []) {
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        self.init(
            method: method, path: String(parts[0]),
            query: parts.count == 2 ? String(parts[1]) : nil,
            headers: headers, body: body, id: "req-11111111-2222-4333-8444-555555555555")
    }
}

extension Headers {
    static let administrator: Headers = [
        "X-Roles": "admin", "X-User-Id": "user1", "X-Project-Id": "project1",
    ]

    static func member(_ user: String, _ project: String) -> Headers {
        ["X-Roles": "member", "X-User-Id": user, "X-Project-Id": project]
    }
}

/// A response read to its end.
struct Answer: Sendable {
    let status: Status
    let headers: Headers
    let body: [UInt8]
    /// It was sent in pieces.
    let isStream: Bool

    init(_ response: Response) async {
        status = response.status
        headers = response.headers
        switch response.body {
        case .bytes(let bytes):
            body = bytes
            isStream = false
        case .stream(let stream):
            var bytes: [UInt8] = []
            while let piece = try? await stream.next() { bytes += piece }
            body = bytes
            isStream = true
        }
    }

    var text: String { String(decoding: body, as: UTF8.self) }
    var json: JSONTree { JSONTree(body) }
    var faultString: String? { json["error_message"]?["faultstring"]?.text }
    var messageIDs: [String] { json.elements.compactMap { $0["message_id"]?.text } }
}

enum Fixture {
    static func bytes(_ name: String) throws -> [UInt8] {
        let url = try #require(
            Bundle.module.url(forResource: "Fixtures/\(name)", withExtension: nil))
        return try Array(Data(contentsOf: url))
    }

    static func lines(_ name: String) throws -> [String] {
        String(decoding: try bytes(name), as: UTF8.self).split(separator: "\n").map(String.init)
    }

    /// A file of the project, by its path from the root.
    static func projectFile(_ path: String) throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }
}
