import EventStore
import MySQL
import StorageConformance
import TestSupport
import Testing
import Values

@testable import MySQLStorage

@Suite("Posting lists")
struct PostingTests {
    @Test(
        "give back the places they were made of", arguments: 1...5 as ClosedRange<UInt64>,
        PostingSpan.allCases)
    func roundTrip(seed: UInt64, span: PostingSpan) {
        var generator = SeededGenerator(seed: seed)
        let length = span.length
        let start = Int64.random(in: -100...100, using: &generator) * length
        let places = (0..<500).map { _ in
            EventPlace(
                generated: start + Int64.random(in: 0..<length, using: &generator),
                tie: UInt32.random(
                    in: [EventGroup.shortTies, EventGroup.longTies].randomElement(using: &generator)
                        ?? EventGroup.longTies, using: &generator))
        }.sorted()
        var list = PostingList(from: start)
        for place in places { list.append(place) }
        #expect(PostingList.decode(list.entries, from: start) == places)
    }

    @Test(
        "of a minute or a day hold its first and its last microsecond, also before 1970",
        arguments: PostingSpan.allCases)
    func spans(span: PostingSpan) {
        let length = span.length
        let earliest = span.start(containing: Timestamp.earliest.microseconds)
        for start in [-2 * length, -length, 0, length, earliest] {
            #expect(span.start(containing: start) == start)
            #expect(span.start(containing: start + length - 1) == start)
        }
        #expect(span.start(containing: -1) == -length)
    }

    @Test("name an event by its type, its values, its shape and that it is nobody's, each once")
    func keys() {
        let event = Event.sample(
            "a", project: nil,
            traits: [
                Trait("k", .text("v")), Trait("k", .integer(1)), Trait("none", .null(.text)),
            ])
        #expect(PostingKeys.of(event).count == 5)
        let owned = Event.sample("a", project: "p", traits: [Trait("k", .text("v"))])
        #expect(PostingKeys.of(owned).count == 4)
        #expect(
            Set(PostingKeys.of(event)).isDisjoint(
                with: PostingKeys.of(.sample("b", type: "x", project: "q"))))
    }

    @Test("of a key are cut before they are too long for their column")
    func longLists() {
        let events = (0..<4000).map { index in
            PreparedEvent(
                IncomingEvent(.sample("\(index)", second: 0)), tie: UInt32.max - UInt32(index))
        }
        let order = events.indices.sorted { events[$0].place < events[$1].place }
        let rows = PostingRows(events, at: order).rows
        // Two keys and a shape; 4,000 entries of six bytes are four lists.
        #expect(rows.count == 12)
    }
}
