import EventStore
import Values

extension EventStorageCheck {
    static let recording = [
        EventStorageCheck("the same event twice is stored once") { storage in
            try expect(await storage.record(.sample("a")), [.accepted])
            try expect(await storage.record(.sample("a")), [.duplicate])
            try expect(await storage.ids(EventQuery()), ["a"])
        },
        EventStorageCheck("the same id twice in one batch is stored once, the first wins") {
            storage in
            let outcomes = try await storage.record(
                .sample("a", second: 1), .sample("a", second: 1), .sample("a", second: 2))
            try expect(outcomes, [.accepted, .duplicate, .conflict])
            try expect(
                await storage.events(matching: EventQuery()), [.sample("a", second: 1)])
        },
        EventStorageCheck("other content under a known id is a conflict and changes nothing") {
            storage in
            _ = try await storage.record(.sample("a", traits: [Trait("k", .integer(1))]))
            let outcomes = try await storage.record(.sample("a", traits: [Trait("k", .integer(2))]))
            try expect(outcomes, [.conflict])
            try expect(
                await storage.event("a", visibleTo: .everything)?.traits,
                [Trait("k", .integer(1))])
        },
        EventStorageCheck("ids differ by case, accent and composition") { storage in
            let ids = ["id", "ID", "íd", "i\u{301}d", "id "]
            for id in ids { try expect(await storage.record(.sample(id)), [.accepted]) }
            try expect(await storage.ids(EventQuery(order: .idAscending)).count, ids.count)
            try expect(
                await storage.event("i\u{301}d", visibleTo: .everything)?.messageID.utf8.count, 4)
        },
        EventStorageCheck("an empty batch is answered with nothing") { storage in
            try expect(await storage.record([IncomingEvent]()), [])
        },
        EventStorageCheck("parallel batches with the same ids store each event once") { storage in
            let events = (0..<20).map { IncomingEvent(.sample("event-\($0)", second: $0)) }
            let accepted = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        try await storage.record(events).count { $0 == .accepted }
                    }
                }
                return try await group.reduce(0, +)
            }
            try expect(accepted, 20)
            try expect(await storage.ids(EventQuery()).count, 20)
        },
    ]

    static let keeping = [
        EventStorageCheck("every value comes back as it was given") { storage in
            let event = Event(
                messageID: "edge/id?x=1", eventType: "edge.ünicode", generated: .earliest,
                traits: [
                    Trait("big", .integer(.max)), Trait("small", .integer(.min)),
                    Trait("float", .float(0.1)), Trait("tiny", .float(.leastNonzeroMagnitude)),
                    Trait("time", .datetime(.latest)), Trait("näme", .text("välue € 😀")),
                    Trait("empty", .text("")), Trait("none", .null(.text)),
                    Trait("none", .null(.integer)), Trait("none", .null(.float)),
                    Trait("none", .null(.datetime)),
                ], raw: JSONText(canonical: #"{"k":[1,2.50,null,true,"é"]}"#))
            _ = try await storage.record(event)
            try expect(await storage.event("edge/id?x=1", visibleTo: .everything), event)
            try expect(await storage.events(matching: EventQuery()), [event])
        },
        EventStorageCheck("one name may stand once for each type") { storage in
            let traits = [
                Trait("k", .text("7")), Trait("k", .integer(7)), Trait("k", .float(7.5)),
                Trait("k", .datetime(.sample(7))),
            ]
            _ = try await storage.record(.sample("a", traits: traits))
            try expect(await storage.event("a", visibleTo: .everything)?.traits, traits)
        },
        EventStorageCheck("an event without traits and with a null raw is kept") { storage in
            let event = Event.sample("a", raw: .null)
            _ = try await storage.record(event)
            try expect(await storage.event("a", visibleTo: .everything), event)
        },
        EventStorageCheck("a raw document of a megabyte is kept") { storage in
            let raw = JSONText(canonical: "\"" + String(repeating: "€x", count: 262_144) + "\"")
            _ = try await storage.record(.sample("a", project: "p", user: "u", raw: raw))
            try expect(await storage.event("a", visibleTo: .everything)?.raw == raw, true)
            let owner = Visibility.user("u", project: "p")
            try expect(await storage.event("a", visibleTo: owner)?.raw == raw, true)
            let stranger = Visibility.user("v", project: "p")
            try expect(await storage.event("a", visibleTo: stranger), nil)
            for (visibility, count) in [(owner, 1), (stranger, 0)] {
                let found = try await storage.events(
                    matching: EventQuery(messageID: "a", visibility: visibility))
                try expect(found.count { $0.raw == raw }, count)
                try expect(found.count, count)
            }
        },
        EventStorageCheck("an unknown id gives nothing") { storage in
            try expect(await storage.event("nope", visibleTo: .everything), nil)
            try expect(await storage.ids(EventQuery(messageID: "nope")), [])
        },
    ]
}
