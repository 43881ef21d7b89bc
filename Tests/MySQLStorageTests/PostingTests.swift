import EventStore
import MySQL
import StorageConformance
import TestSupport
import Testing
import Values

@testable import MySQLStorage

@Suite("Posting lists")
struct PostingTests {
    @Test("give back the places they were made of", arguments: 1...5 as ClosedRange<UInt64>)
    func roundTrip(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let start = Int64.random(in: -100...100, using: &generator) * PostingMinute.length
        let minute = PostingMinute(containing: start)
        let places = (0..<500).map { _ in
            EventPlace(
                generated: start + Int64.random(in: 0..<PostingMinute.length, using: &generator),
                tie: UInt32.random(
                    in: [EventGroup.shortTies, EventGroup.longTies].randomElement(using: &generator)
                        ?? EventGroup.longTies, using: &generator))
        }.sorted()
        var list = PostingList(of: minute)
        for place in places { list.append(place) }
        #expect(PostingList.decode(list.entries, of: minute) == places)
    }

    @Test("of a minute hold its first and its last microsecond, also before 1970")
    func minutes() {
        let length = PostingMinute.length
        for start in [-2 * length, -length, 0, length, Timestamp.earliest.microseconds] {
            #expect(PostingMinute(containing: start).start == start)
            #expect(PostingMinute(containing: start + length - 1).start == start)
        }
        #expect(PostingMinute(containing: -1).start == -length)
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
        let rows = PostingRows(events).rows
        // Two keys and a shape; 4,000 entries of six bytes are four lists.
        #expect(rows.count == 12)
    }
}
