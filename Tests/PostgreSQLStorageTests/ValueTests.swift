import EventStore
import PostgreSQLStorage
import StorageConformance
import Testing
import Values

@Suite("Values in PostgreSQL", .needsPostgreSQL)
struct ValueTests {
    static let floats: [Double] = [
        -0.0, 0, 0.1, -1.5, 1e16, 1e22, 1e-7, 1.7976931348623157e308, 2.2250738585072014e-308,
        Double.leastNonzeroMagnitude, 123_456_789.123_456_78,
    ]

    @Test("come back bit for bit, floats too")
    func floatsComeBack() async throws {
        try await withTemporaryStorage { storage, _ in
            let traits = Self.floats.enumerated().map { Trait("f\($0)", .float($1)) }
            _ = try await storage.record(.sample("a", traits: traits))
            let found = try await storage.event("a", visibleTo: .everything)
            for (index, number) in Self.floats.enumerated() {
                let trait = try #require(found?.traits.first { $0.name == "f\(index)" })
                guard case .float(let back) = trait.value else {
                    Issue.record("\(number) came back as \(trait.value)")
                    continue
                }
                #expect(back.bitPattern == number.bitPattern)
                for comparison in [Comparison.equal, .lessOrEqual, .greaterOrEqual] {
                    let filter = TraitFilter("f\(index)", comparison, .float(number))
                    #expect(try await storage.ids(EventQuery(traits: [filter])) == ["a"])
                }
            }
        }
    }

    @Test("of any text come back, controls and quotes too")
    func texts() async throws {
        try await withTemporaryStorage { storage, _ in
            let texts = [
                "", "\u{1}\u{1f}\u{7f}", "\"\\/\u{8}\u{c}\n\r\t", "e\u{301}é", "😀\u{10FFFF}",
                "$1 %s ' -- ;", String(repeating: "long ", count: 20_000),
            ]
            var events: [IncomingEvent] = []
            for (index, text) in texts.enumerated() {
                let traits = [Trait("k", .text(text)), Trait("n\(text.prefix(50))", .null(.text))]
                let raw = JSONText(canonical: "[\"x\",1.0]")
                events.append(
                    IncomingEvent(.sample("\(index)", second: index, traits: traits, raw: raw)))
            }
            _ = try await storage.record(events)
            let found = try await storage.events(matching: EventQuery())
            #expect(found == events.map(\.event))
            for (index, text) in texts.enumerated() {
                let filter = TraitFilter("k", .equal, .text(text))
                #expect(try await storage.ids(EventQuery(traits: [filter])) == ["\(index)"])
            }
        }
    }

    @Test("of 64 MiB raw are kept, and pages of them end early")
    func largeRaw() async throws {
        try await withTemporaryStorage { storage, _ in
            let raw = JSONText(canonical: "\"" + String(repeating: "€xyz", count: 11 << 20) + "\"")
            for id in ["a", "b", "c"] { _ = try await storage.record(.sample(id, raw: raw)) }
            let page = try await storage.events(matching: EventQuery())
            #expect(page.map(\.messageID) == ["a"])
            #expect(page.first?.raw == raw)
        }
    }

    @Test("from the first year to the last are found by their traits, in both directions")
    func times() async throws {
        try await withTemporaryStorage(sizes: .tiny) { storage, _ in
            let ends = [Timestamp.earliest, .sample(0), .latest]
            let events = (0..<60).map { index in
                Event(
                    messageID: "\(index + 10)", eventType: "type", generated: ends[index / 20],
                    traits: [Trait("k", .integer(Int64(index % 30)))])
            }
            _ = try await storage.record(events.map { IncomingEvent($0) })
            for order in EventOrder.allCases {
                let filter = TraitFilter("k", .equal, .integer(7))
                let query = EventQuery(traits: [filter], order: order)
                #expect(try await storage.ids(query).sorted() == ["17", "47"])
            }
        }
    }
}
