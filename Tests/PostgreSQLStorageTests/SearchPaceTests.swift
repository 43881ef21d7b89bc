import Testing

@testable import PostgreSQLStorage

@Suite("The pace of a search by traits")
struct SearchPaceTests {
    /// A thousand events, one each millisecond.
    private func pace(matches: Int, rarest: Int? = nil, wanted: Int = 100) -> SearchPace {
        var pace = SearchPace(probe: 1000)
        pace.learn(
            SearchSample(
                events: 1000, span: 1_000_000, matches: matches, rarest: rarest ?? matches),
            wanted: wanted)
        return pace
    }

    @Test("walks for what is frequent, and asks the index for what is not")
    func ways() {
        #expect([0, 1, 7, 10, 20].allSatisfy { pace(matches: $0).isRare })
        #expect([25, 50, 300, 1000].allSatisfy { !pace(matches: $0).isRare })
    }

    @Test("walks where the index would have to read long lists for few matches")
    func together() {
        #expect(pace(matches: 20, rarest: 20).isRare)
        #expect(!pace(matches: 20, rarest: 300).isRare)
        // However dear: what is hardly there must not be walked for.
        #expect(pace(matches: 0, rarest: 500).isRare)
    }

    @Test("asks for a window that holds a page and little more", arguments: [1, 2, 5, 10, 20])
    func windows(perThousand: Int) throws {
        let window = try #require(pace(matches: perThousand).window(wanted: 100))
        let expected = Double(window) / 1_000_000 * Double(perThousand)
        #expect(expected > 60 && expected < 400, "\(expected)")
    }

    /// A log ends today, and a query without an end reaches to the year 9999.
    @Test("soon asks for all that is left where windows show nothing", arguments: [0, 3, 20])
    func nothing(matches: Int) {
        var pace = pace(matches: matches)
        var rounds = 0
        while let window = pace.window(wanted: 100) {
            pace.note(span: window, found: 0)
            rounds += 1
            if rounds > 10 { break }
        }
        #expect(rounds <= 6)
    }

    @Test("never stands still, where events are of one instant")
    func instants() {
        var pace = SearchPace(probe: 6)
        #expect(pace.window(wanted: 1) == 1)
        pace.learn(SearchSample(events: 6, span: 1, matches: 6, rarest: 6), wanted: 1000)
        #expect(pace.window(wanted: 1) ?? 0 >= 1)
    }
}
