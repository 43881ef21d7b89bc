import EventStore
import Testing
import Values

@testable import API

@Suite("Where answers have ended lately")
struct RecentPositionsTests {
    private let positions = RecentPositions(size: 4)

    private func position(_ messageID: String) throws -> EventPosition {
        EventPosition(
            generated: try #require(Timestamp(microseconds: 1)), messageID: messageID)
    }

    @Test("is known to those who have seen it, and to nobody else")
    func visibility() throws {
        let seen = Visibility.user("u", project: "p")
        positions.note(try position("a"), seenWith: seen)
        #expect(positions.position(of: "a", seenWith: seen)?.messageID == "a")
        for other in [
            Visibility.everything, .projectAndUnowned("p"), .user("v", project: "p"),
            .user("u", project: "q"),
        ] {
            #expect(positions.position(of: "a", seenWith: other) == nil)
        }
    }

    @Test("tells ids apart that Swift takes for the same text")
    func exactness() throws {
        positions.note(try position("\u{E9}"), seenWith: .everything)
        #expect(positions.position(of: "e\u{301}", seenWith: .everything) == nil)
    }

    @Test("remembers the last ones, and forgets those of long ago")
    func forgetting() throws {
        for number in 0..<100 {
            positions.note(try position("\(number)"), seenWith: .everything)
        }
        let known = (0..<100).filter {
            positions.position(of: "\($0)", seenWith: .everything) != nil
        }
        #expect(known.suffix(4) == [96, 97, 98, 99])
        #expect(known.count <= 8)
    }
}
