import EventStore
import Values

extension EventStorageCheck {
    /// Two projects, two users, one event of nobody, one with a null project.
    private static func fill(_ storage: any EventStorage) async throws {
        _ = try await storage.record(
            .sample("mine", type: "t1", second: 1, project: "p", user: "u"),
            .sample("colleague", type: "t2", second: 2, project: "p", user: "v"),
            .sample("other", type: "t3", second: 3, project: "q", user: "u"),
            .sample("nobody", type: "t4", second: 4, traits: [Trait("k", .integer(1))]),
            .sample("null", type: "t5", second: 5, traits: [Trait("project_id", .null(.text))]))
    }

    private static let scopes: [(Visibility, [String], types: [String])] = [
        (
            .everything, ["mine", "colleague", "other", "nobody", "null"],
            ["t1", "t2", "t3", "t4", "t5"]
        ),
        (.projectAndUnowned("p"), ["mine", "colleague", "nobody"], ["t1", "t2", "t4"]),
        (.user("u", project: "p"), ["mine"], ["t1"]),
        (.user("u", project: "none"), [], []),
    ]

    static let visibility = [
        EventStorageCheck("a caller sees his part in lists, by id and in types") { storage in
            try await fill(storage)
            for (visibility, ids, types) in scopes {
                try expect(await storage.ids(EventQuery(visibility: visibility)), ids)
                try expect(await storage.eventTypes(visibleTo: visibility), types)
                for id in ["mine", "colleague", "other", "nobody", "null"] {
                    let event = try await storage.event(id, visibleTo: visibility)
                    try expect(event != nil, ids.contains(id))
                    let query = EventQuery(messageID: id, visibility: visibility)
                    try expect(await storage.ids(query), ids.contains(id) ? [id] : [])
                }
            }
        },
        EventStorageCheck("a filter never widens what a caller sees") { storage in
            try await fill(storage)
            let filter = TraitFilter("project_id", .equal, .text("q"))
            let query = EventQuery(traits: [filter], visibility: .projectAndUnowned("p"))
            try expect(await storage.ids(query), [])
        },
    ]

    static let listing = [
        EventStorageCheck("types are listed once, in the order of their bytes") { storage in
            _ = try await storage.record(
                .sample("1", type: "b"), .sample("2", type: "a"), .sample("3", type: "b"),
                .sample("4", type: "B"), .sample("5", type: "é"))
            try expect(await storage.eventTypes(visibleTo: .everything), ["B", "a", "b", "é"])
        },
        EventStorageCheck("traits of a type are described once, by type and name") { storage in
            _ = try await storage.record(
                .sample(
                    "1", type: "x",
                    traits: [
                        Trait("b", .text("1")), Trait("a", .integer(1)), Trait("c", .null(.float)),
                    ]),
                .sample("2", type: "x", traits: [Trait("a", .text("2")), Trait("a", .integer(2))]),
                .sample("3", type: "y", traits: [Trait("z", .text("2"))]))
            try expect(
                await storage.traitDescriptions(of: "x", visibleTo: .everything),
                [
                    TraitDescription(name: "a", type: .text),
                    TraitDescription(name: "b", type: .text),
                    TraitDescription(name: "a", type: .integer),
                    TraitDescription(name: "c", type: .float),
                ])
            try expect(await storage.traitDescriptions(of: "nope", visibleTo: .everything), [])
        },
    ]

    static let retention = [
        EventStorageCheck("the oldest go first, strictly before the cutoff, in batches") {
            storage in
            let events = (0..<10).map { IncomingEvent(.sample("\($0)", second: $0)) }
            _ = try await storage.record(events.reversed())
            try expect(await storage.deleteEvents(before: .sample(7), batchSize: 4), 4)
            try expect(await storage.ids(EventQuery()), ["4", "5", "6", "7", "8", "9"])
            try expect(await storage.deleteEvents(before: .sample(7), batchSize: 4), 3)
            try expect(await storage.deleteEvents(before: .sample(7), batchSize: 4), 0)
            try expect(await storage.ids(EventQuery()), ["7", "8", "9"])
        },
        EventStorageCheck("a rule of retention is about the types it names") { storage in
            let events = (0..<12).map {
                IncomingEvent(.sample("\($0 + 10)", type: ["a", "b", "c"][$0 % 3], second: $0))
            }
            _ = try await storage.record(events)
            let cutoff = Timestamp.sample(7)
            try expect(
                await storage.deleteEvents(before: cutoff, of: .only("a"), batchSize: 2), 2)
            try expect(await storage.ids(EventQuery(eventType: "a")), ["16", "19"])
            try expect(
                await storage.deleteEvents(before: cutoff, of: .only("none"), batchSize: 2), 0)
            try expect(
                await storage.deleteEvents(before: cutoff, of: .allExcept(["b"]), batchSize: 9), 3)
            try expect(
                await storage.ids(EventQuery()), ["11", "14", "17", "18", "19", "20", "21"])
            try expect(await storage.deleteEvents(before: cutoff, of: .all, batchSize: 9), 2)
        },
        EventStorageCheck("maintenance drops nothing that a rule still keeps") { storage in
            _ = try await storage.record(.sample("old", second: 1), .sample("new", second: 9))
            let now = Timestamp.sample(10)
            _ = try await storage.maintain(at: now, droppingBefore: nil)
            _ = try await storage.maintain(at: now, droppingBefore: .sample(1))
            try expect(await storage.ids(EventQuery()), ["old", "new"])
            _ = try await storage.maintain(at: now, droppingBefore: .sample(5))
            try expect(await storage.event("new", visibleTo: .everything)?.messageID, "new")
        },
        EventStorageCheck("a type without events is listed no more, and comes back") { storage in
            _ = try await storage.record(
                .sample("1", type: "old", second: 1, traits: [Trait("k", .integer(1))]),
                .sample("2", type: "new", second: 5))
            _ = try await storage.deleteEvents(before: .sample(3), batchSize: 10)
            try expect(await storage.eventTypes(visibleTo: .everything), ["new"])
            try expect(await storage.traitDescriptions(of: "old", visibleTo: .everything), [])
            _ = try await storage.record(.sample("3", type: "old", second: 6))
            try expect(await storage.eventTypes(visibleTo: .everything), ["new", "old"])
        },
        EventStorageCheck("what is stored after retention is found, however old it is") { storage in
            _ = try await storage.record(.sample("1", second: 1), .sample("2", second: 9))
            _ = try await storage.deleteEvents(before: .sample(5), batchSize: 10)
            try expect(await storage.record(.sample("1", second: 1)), [.accepted])
            try expect(await storage.ids(EventQuery()), ["1", "2"])
        },
    ]
}
