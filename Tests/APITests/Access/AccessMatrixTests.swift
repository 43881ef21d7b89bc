import API
import EventStore
import HTTP
import Identity
import Logging
import Testing

/// OWASP API 1, 3 and 5: every operation of the description, asked by every kind of caller for what
/// is his and for what is not.
@Suite("Who may do what on which route")
struct AccessMatrixTests {
    @Test("every operation of the description says which rule it asks, and every rule is asked")
    func description() throws {
        let operations = try Operation.all()
        for operation in operations {
            #expect(operation.policy != nil, "\(operation.testDescription) has no x-policy")
        }
        for rule in BuiltInRule.all {
            let asking = operations.filter { $0.policy == rule.name }.map(\.testDescription)
            #expect(asking == rule.operations, "\(rule.name)")
        }
        let known = Set(BuiltInRule.all.map(\.name) + ["authenticated", "open"])
        #expect(operations.allSatisfy { known.contains($0.policy ?? "") })
    }

    @Test("every route is described")
    func routes() throws {
        // Other rooms serve these; EventServiceTests look at the whole.
        let elsewhere = ["/healthcheck", "/healthcheck/publishing", "/metrics", "/status"]
        let described = try Operation.all().filter { !elsewhere.contains($0.path) }
        // OPTIONS is answered everywhere, as the description says once for all.
        let served = Set(Place().router.operations.filter { !$0.hasPrefix("OPTIONS ") })
        #expect(served == Set(described.map(\.testDescription)))
    }

    @Test(
        "a caller reaches what he may see, and all else is as if it were not there",
        arguments: try Operation.reading(), Caller.allCases)
    func reading(operation: Operation, caller: Caller) async throws {
        for policy in Policy.allCases {
            let place = try await Place.filled(policy.rules)
            let visible = try #require(
                policy.expectation(of: operation, caller),
                "a new route has to say here who may see what")
            guard let visible = visible.objects else {
                await expectRefusal(operation, caller, in: place)
                continue
            }
            if operation.hasParameters {
                for object in Object.allCases {
                    try await expect(operation, object, visible, caller, in: place)
                }
            } else {
                let answer = await place.get(operation.path, as: caller)
                #expect(answer.status == .ok)
                expectOnly(visible, in: answer)
            }
        }
    }

    @Test("everything that a rule guards and that is no reading has a test of its own")
    func writing() throws {
        let writing = try Operation.guarded().filter { $0.method != "GET" }
        #expect(
            writing.map(\.testDescription) == ["POST /v2/events"],
            "a new one needs a test like publishing()")
    }

    @Test(
        "who is nobody gets 401, whether there is something or not",
        arguments: [
            ("GET", "/v2/capabilities", 200), ("GET", "/v2/nothing", 404), ("GET", "/v2", 404),
            ("DELETE", "/v2/events", 405), ("DELETE", "/v2/event_types/t", 405),
        ])
    func authenticated(method: String, path: String, status: Int) async throws {
        let place = Place()
        #expect(await place.send(method, path, as: nil).status == .unauthorized)
        let answer = await place.send(method, path, as: .nobody)
        #expect(answer.status.code == status)
    }

    @Test("what is in the description as open tells nothing of any event")
    func open() async throws {
        let place = try await Place.filled()
        for operation in try Operation.all() where operation.policy == "open" {
            let answer = await place.send(operation.method, operation.path, as: .nobody)
            expectOnly([], in: answer)
        }
        #expect(place.storage.takeWork() == [])
    }

    @Test(
        "all tenants are shown to administrators, and nothing to who is none",
        arguments: Caller.allCases)
    func allTenants(caller: Caller) async throws {
        let place = try await Place.filled()
        let answer = await place.get("/v2/events?q.field=all_tenants&q.value=True", as: caller)
        guard let visible = caller.eventsOfAllTenants else {
            #expect(answer.status == .forbidden)
            return
        }
        #expect(answer.status == .ok)
        expectOnly(visible, in: answer)
    }

    @Test(
        "no condition and no marker reaches what a caller may not see",
        arguments: Caller.allCases, Object.allCases)
    func conditions(caller: Caller, object: Object) async throws {
        let place = try await Place.filled()
        let isVisible = caller.events?.contains(object) ?? false
        for (field, value) in [
            ("message_id", object.id), ("event_type", object.type), (object.trait, object.value),
        ] {
            let answer = await place.get("/v2/events?q.field=\(field)&q.value=\(value)", as: caller)
            guard caller.events != nil else {
                #expect(answer.status == .forbidden)
                continue
            }
            #expect(answer.messageIDs == (isVisible ? [object.id] : []))
        }
        let marked = await place.get("/v2/events?marker=\(object.id)", as: caller)
        let missing = await place.get("/v2/events?marker=nothere-id", as: caller)
        if !isVisible {
            #expect(marked.status == missing.status)
            #expect(marked.text.replacing(object.id, with: "nothere-id") == missing.text)
        }
    }

    @Test(
        "publishing needs a role, and what is refused leaves no trace", arguments: Caller.allCases)
    func publishing(caller: Caller) async throws {
        let place = Place()
        let answer = await place.send(
            "POST", "/v2/events", as: caller, body: "[\(Object.own.document)]")
        if caller.mayPublish {
            #expect(answer.status == .ok)
            #expect(place.storage.takeWork() == ["record"])
        } else {
            #expect(answer.status == .forbidden)
            #expect(answer.faultString?.contains(BuiltInRule.createEvents) == true)
            #expect(place.storage.takeWork() == [])
        }
    }

    @Test("members of a document that are none of an event's make nobody its owner")
    func massAssignment() async throws {
        let place = Place()
        let document = """
            {"message_id": "m", "event_type": "t", "generated": "2026-01-01T00:00:00", "traits": [],
             "project_id": "p1", "user_id": "u1", "visibility": "everything", "sequence": 0}
            """
        #expect(await place.send("POST", "/v2/events", as: .service, body: document).status == .ok)
        #expect(await place.get("/v2/events", as: .member).messageIDs == [])
        let shown = await place.get("/v2/events/m", as: .systemAdmin)
        #expect(shown.json["traits"]?.elements.isEmpty == true)
        #expect(shown.json["visibility"] == nil)
    }
}

extension AccessMatrixTests {
    /// One object by its path: it is there, or it is like one that never was, in words and in work.
    private func expect(
        _ operation: Operation, _ object: Object, _ visible: [Object], _ caller: Caller,
        in place: Place
    ) async throws {
        let answer = await place.get(object.path(operation.path), as: caller)
        let work = place.storage.takeWork()
        let nothing = "nothere-1-nothere-2-nothere"
        let missing = await place.get(
            operation.path.replacing("{message_id}", with: nothing)
                .replacing("{event_type}", with: nothing).replacing("{trait_name}", with: nothing),
            as: caller)
        let missingWork = place.storage.takeWork()
        if visible.contains(object) {
            // Panko has a path for one type, and nothing behind it.
            let isPath = operation.policy == BuiltInRule.showEventType
            #expect(answer.status == (isPath ? .notFound : .ok))
            #expect(isPath || object.isTold(in: answer.text))
            expectOnly(visible, in: answer)
        } else {
            #expect(answer.status == missing.status)
            let blurred = answer.text.replacing(object.id, with: nothing)
            #expect(blurred == missing.text)
            #expect(answer.headers.fields.map(\.name) == missing.headers.fields.map(\.name))
            #expect(work == missingWork, "as much work as for what is not there")
        }
    }

    private func expectRefusal(
        _ operation: Operation, _ caller: Caller, in place: Place
    ) async {
        let isEvents = operation.path.hasPrefix("/v2/events")
        for object in Object.allCases {
            let answer = await place.get(object.path(operation.path), as: caller)
            #expect(answer.status == (isEvents ? .forbidden : caller.typeRefusal))
            expectOnly([], in: answer)
        }
        #expect(place.storage.takeWork() == [], "who is refused costs the store nothing")
    }

    /// All of these are told of, and no other.
    private func expectOnly(_ visible: [Object], in answer: Answer) {
        for object in Object.allCases where !visible.contains(object) {
            #expect(!object.isTold(in: answer.text), "\(object) in \(answer.text)")
        }
    }
}

/// The policies that the matrix is walked through with.
private enum Policy: CaseIterable {
    case builtIn, openTypes

    var rules: PolicyRules {
        get throws {
            switch self {
            case .builtIn: .builtIn
            case .openTypes:
                try PolicyRules([
                    PolicyFile(
                        path: "open",
                        text: """
                            "telemetry:event_types:index": ""
                            "telemetry:event_types:show": ""
                            "telemetry:traits:index": ""
                            "telemetry:traits:show": ""
                            """)
                ])
            }
        }
    }

    struct Expectation {
        /// What the caller sees; nil where he is refused.
        let objects: [Object]?
    }

    /// Nil for an operation that nobody has thought of here.
    func expectation(of operation: Operation, _ caller: Caller) -> Expectation? {
        switch operation.policy {
        case BuiltInRule.listEvents, BuiltInRule.showEvent: Expectation(objects: caller.events)
        case BuiltInRule.listEventTypes, BuiltInRule.showEventType, BuiltInRule.listTraits,
            BuiltInRule.showTrait:
            Expectation(objects: self == .builtIn ? caller.types : caller.openTypes)
        default: nil
        }
    }
}

/// The API with callers that are named, over a store that is watched.
private struct Place {
    let storage = WatchedStorage()
    let router: Router

    init(_ rules: PolicyRules = .builtIn) {
        let api = EventsAPI(
            storage: storage, recorder: GroupCommit(storage: storage), digest: { $0 },
            authenticator: Authenticator([NamedCaller()]), policy: { rules })
        router = Router(
            routes: api.routes, admission: api.admission, logger: Logger(label: "test"))
    }

    /// With one event of each kind.
    static func filled(_ rules: PolicyRules = .builtIn) async throws -> Place {
        let place = Place(rules)
        let documents = Object.allCases.map(\.document).joined(separator: ",")
        let answer = await place.send("POST", "/v2/events", as: .service, body: "[\(documents)]")
        try #require(answer.status == .ok)
        _ = place.storage.takeWork()
        return place
    }

    func get(_ target: String, as caller: Caller) async -> Answer {
        await send("GET", target, as: caller)
    }

    func send(
        _ method: String, _ target: String, as caller: Caller?, body: String = ""
    ) async -> Answer {
        var headers: Headers = ["Content-Type": "application/json"]
        headers["X-Caller"] = caller?.rawValue
        return await Answer(
            router.respond(
                to: Request(method, target, headers: headers, body: Array(body.utf8))))
    }
}
