import EventStore
import Values

extension EventStorageCheck {
    static let querying = [
        EventStorageCheck("the type matches exactly") { storage in
            _ = try await storage.record(
                .sample("a", type: "x"), .sample("b", type: "X"), .sample("c", type: "x.y"))
            try expect(await storage.ids(EventQuery(eventType: "x")), ["a"])
            try expect(await storage.ids(EventQuery(eventType: "x*")), [])
        },
        EventStorageCheck("start and end belong to the range") { storage in
            _ = try await storage.record(
                .sample("a", second: 1), .sample("b", second: 2), .sample("c", second: 3))
            try expect(await storage.ids(EventQuery(start: .sample(2))), ["b", "c"])
            try expect(await storage.ids(EventQuery(end: .sample(2))), ["a", "b"])
            try expect(await storage.ids(EventQuery(start: .sample(3), end: .sample(1))), [])
        },
        EventStorageCheck("each comparison works on each type") { storage in
            let values: [[TraitValue]] = [
                ["a", "b", "c"].map { .text($0) }, [-1, 0, 1].map { .integer($0) },
                [-0.5, 0, 2.5].map { .float($0) }, [1, 2, 3].map { .datetime(.sample($0)) },
            ]
            for (index, id) in ["low", "middle", "high"].enumerated() {
                let traits = values.map { Trait("k", $0[index]) }
                _ = try await storage.record(.sample(id, second: index, traits: traits))
            }
            for row in values {
                for (comparison, wanted) in Self.comparisons {
                    let filter = TraitFilter("k", comparison, row[1])
                    try expect(await storage.ids(EventQuery(traits: [filter])), wanted)
                }
            }
        },
        EventStorageCheck("a filter needs the trait in its own type") { storage in
            _ = try await storage.record(
                .sample("a", traits: [Trait("k", .integer(2))]),
                .sample("b", traits: [Trait("k", .text("2"))]))
            let text = TraitFilter("k", .equal, .text("2"))
            try expect(await storage.ids(EventQuery(traits: [text])), ["b"])
        },
        EventStorageCheck("null compares with nothing, and unequal needs a value") { storage in
            _ = try await storage.record(
                .sample("a", traits: [Trait("k", .null(.integer))]), .sample("b"),
                .sample("c", traits: [Trait("k", .integer(1))]))
            let unequal = TraitFilter("k", .notEqual, .integer(2))
            try expect(await storage.ids(EventQuery(traits: [unequal])), ["c"])
        },
        EventStorageCheck("minus zero equals zero") { storage in
            _ = try await storage.record(.sample("a", traits: [Trait("k", .float(-0.0))]))
            let zero = TraitFilter("k", .equal, .float(0))
            try expect(await storage.ids(EventQuery(traits: [zero])), ["a"])
        },
        EventStorageCheck("several filters hold together") { storage in
            _ = try await storage.record(
                .sample("a", traits: [Trait("k", .integer(1)), Trait("m", .text("x"))]),
                .sample("b", traits: [Trait("k", .integer(5)), Trait("m", .text("x"))]),
                .sample("c", traits: [Trait("k", .integer(5)), Trait("m", .text("y"))]))
            let filters = [
                TraitFilter("m", .equal, .text("x")), TraitFilter("k", .greater, .integer(1)),
                TraitFilter("k", .lessOrEqual, .integer(5)),
            ]
            try expect(await storage.ids(EventQuery(traits: filters)), ["b"])
        },
        EventStorageCheck("texts are equal and ordered by their bytes") { storage in
            let texts = ["Z", "a", "e\u{301}", "z", "é", "😀"]
            for (index, text) in texts.enumerated() {
                let trait = Trait("k", .text(text))
                _ = try await storage.record(.sample("\(index)", second: index, traits: [trait]))
            }
            let composed = TraitFilter("k", .equal, .text("é"))
            try expect(await storage.ids(EventQuery(traits: [composed])), ["4"])
            let above = TraitFilter("k", .greater, .text("a"))
            try expect(await storage.ids(EventQuery(traits: [above])), ["2", "3", "4", "5"])
        },
        EventStorageCheck("a query with U+0000 is answered as every other") { storage in
            for (second, text) in ["a", "a\u{1}", "b"].enumerated() {
                let trait = Trait("k", .text(text))
                _ = try await storage.record(.sample(text, second: second, traits: [trait]))
            }
            let nul = "a\u{0}z"
            for (comparison, wanted) in [
                (Comparison.equal, []), (.notEqual, ["a", "a\u{1}", "b"]), (.less, ["a"]),
                (.lessOrEqual, ["a"]), (.greater, ["a\u{1}", "b"]),
                (.greaterOrEqual, ["a\u{1}", "b"]),
            ] {
                let filter = TraitFilter("k", comparison, .text(nul))
                try expect(await storage.ids(EventQuery(traits: [filter])), wanted)
            }
            try expect(await storage.event(nul, visibleTo: .everything), nil)
            try expect(await storage.ids(EventQuery(messageID: nul)), [])
            try expect(await storage.ids(EventQuery(eventType: nul)), [])
            let place = EventPosition(generated: .sample(0), messageID: nul)
            for (order, wanted) in [
                (EventOrder.idAscending, ["a\u{1}", "b"]), (.idDescending, ["a"]),
            ] {
                try expect(await storage.ids(EventQuery(order: order, after: place)), wanted)
            }
            try expect(await storage.traitDescriptions(of: nul, visibleTo: .everything), [])
        },
        EventStorageCheck("a trait can be asked for whatever its value") { storage in
            _ = try await storage.record(
                .sample("a", traits: [Trait("k", .null(.text))]),
                .sample("b", second: 1, traits: [Trait("k", .integer(1))]))
            let having = TraitDescription(name: "k", type: .text)
            try expect(await storage.ids(EventQuery(having: having)), ["a"])
        },
    ]

    private static let comparisons: [(Comparison, [String])] = [
        (.less, ["low"]), (.lessOrEqual, ["low", "middle"]), (.equal, ["middle"]),
        (.notEqual, ["low", "high"]), (.greaterOrEqual, ["middle", "high"]), (.greater, ["high"]),
    ]

    static let paging = [
        EventStorageCheck("each order pages through everything once") { storage in
            var events: [Event] = []
            for index in 0..<40 {
                events.append(.sample("id-\(index * 7 % 40)", second: index / 6))
            }
            _ = try await storage.record(events.map { IncomingEvent($0) })
            for order in EventOrder.allCases {
                let wanted = events.map(EventPosition.init(of:)).sorted(by: order.precedes)
                var found: [EventPosition] = []
                while true {
                    let query = EventQuery(order: order, after: found.last, limit: 7)
                    let page = try await storage.events(matching: query)
                    if page.isEmpty { break }
                    found += page.map(EventPosition.init(of:))
                }
                try expect(found, wanted)
            }
        },
        EventStorageCheck("a page may begin after an event that is not there") { storage in
            _ = try await storage.record(.sample("a", second: 1), .sample("c", second: 1))
            let place = EventPosition(generated: .sample(1), messageID: "b")
            try expect(await storage.ids(EventQuery(after: place)), ["c"])
            try expect(await storage.ids(EventQuery(order: .newestFirst, after: place)), ["a"])
            try expect(await storage.ids(EventQuery(order: .idDescending, after: place)), ["a"])
        },
        EventStorageCheck("a page of large events ends early, in every order") { storage in
            let raw = JSONText(canonical: "\"" + String(repeating: "x", count: 1000) + "\"")
            let events = (0..<10).map { IncomingEvent(.sample("\($0)", second: $0 / 4, raw: raw)) }
            _ = try await storage.record(events)
            for order in EventOrder.allCases {
                var query = EventQuery(order: order)
                query.mostBytes = 2500
                try expect(await storage.ids(query).count, 3)
                query.mostBytes = 0
                try expect(await storage.ids(query).count, 1)
            }
        },
        EventStorageCheck("a limit of zero gives nothing") { storage in
            _ = try await storage.record(.sample("a"))
            try expect(await storage.ids(EventQuery(limit: 0)), [])
        },
    ]
}
