import SQL
import Testing

@Suite("The description of a schema")
struct SchemaDescriptionTests {
    private let expected = SchemaDescription(
        text: """
            # what 001_events.sql makes
            table event: plain
            column event.raw: text
            column event.generated: bigint NOT NULL
            """)

    @Test("equals itself, in whatever order it is read")
    func equal() {
        let live = SchemaDescription(lines: expected.lines.reversed())
        #expect(live == expected)
        #expect(live.differences(from: expected) == [])
    }

    @Test("names each thing that is missing, other or too much")
    func differences() {
        let live = SchemaDescription(
            lines: [
                "table event: plain", "column event.generated: bigint", "index event.mine: (raw)",
            ])
        #expect(
            live.differences(from: expected) == [
                "column event.generated is bigint, expected is bigint NOT NULL",
                "column event.raw is missing, expected is text",
                "index event.mine is not expected: (raw)",
            ])
    }
}
