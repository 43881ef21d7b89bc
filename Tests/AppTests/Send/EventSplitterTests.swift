import Testing

@testable import App

@Suite("Finding events in the input")
struct EventSplitterTests {
    /// An input, and the events in it as `line:text`; a broken one has a `!`.
    struct Case: Sendable, CustomTestStringConvertible {
        let input: String
        let events: [String]
        var testDescription: String { input.isEmpty ? "nothing" : input }

        init(_ input: String, _ events: String...) {
            self.input = input
            self.events = events
        }
    }

    private static let cases = [
        Case(""), Case(" \n\n "), Case("[]"), Case("[ ]\n"),
        Case(#"{"a": 1}"#, #"1:{"a": 1}"#),
        Case("[{\"a\": 1}, {\"b\": [{}]}\n,\n{}]\n", #"1:{"a": 1}"#, #"1:{"b": [{}]}"#, "3:{}"),
        Case("{\n  \"a\": {\n  }\n}\n", #"1:{   "a": {   } }"#),
        Case("{\n}\n{\n}", "1:{ }", "3:{ }"),
        Case(
            "{\"a\": 1}\n\n  {\"b\": 2}\r\n{\"c\": 3}", #"1:{"a": 1}"#, #"3:{"b": 2}"#,
            #"4:{"c": 3}"#),
        // A bad line spoils itself only.
        Case("{}\n{\"a\": \nword\n{}\n", "1:{}", #"2:{"a":"#, "3:word", "4:{}"),
        Case("word\n{}\n", "1:word", "2:{}"),
        // Nothing in a text is structure.
        Case(
            #"[{"a": "]}\"{[,\\"}, "x,]", 7, nil]"#, #"1:{"a": "]}\"{[,\\"}"#, #"1:"x,]""#, "1:7",
            "1:nil"),
        Case("[{\"a\": \"x\ny\"}, {}]", "1!{\"a\": \"x\ny\"}", "2:{}"),
        Case("\u{FEFF}{}\n", "1:{}"),
        Case("{}{}\n{}", "1:{}", "1:{}", "2:{}"),
        Case("[{}][{}]\n{}", "1:{}", "1:{}", "2:{}"),
        Case("[[1, 2], [3]]", "1:[1, 2]", "1:[3]"),
        Case("7", "1:7"),
    ]

    @Test("gives them whole, however the input is cut", arguments: cases, [1, 2, 7, 10_000])
    func split(example: Case, size: Int) throws {
        var splitter = EventSplitter()
        var events: [InputEvent] = []
        let bytes = Array(example.input.utf8)
        for start in stride(from: 0, to: bytes.count, by: size) {
            try splitter.take(Array(bytes[start..<min(start + size, bytes.count)]))
            events += splitter.takeEvents()
        }
        try splitter.finish()
        events += splitter.takeEvents()
        let found = events.map {
            "\($0.line)\($0.isBroken ? "!" : ":")\(String(decoding: $0.text, as: UTF8.self))"
        }
        #expect(found == example.events)
        #expect(events.map(\.number) == events.indices.map { $0 + 1 })
    }

    @Test(
        "says where an event begins that does not end",
        arguments: [
            ("[{}, \n{\"a\": 1", "within the event that begins in line 2"),
            ("[{},", "within an array"), ("{\"a\": \"}", "within the event that begins in line 1"),
        ])
    func truncated(input: String, reason: String) throws {
        var splitter = EventSplitter()
        try splitter.take(Array(input.utf8))
        let error = #expect(throws: SendFailure.self) { try splitter.finish() }
        #expect(error?.reason.contains(reason) == true)
    }

    @Test("keeps no event in memory that is too long")
    func tooLong() throws {
        var splitter = EventSplitter(mostBytes: 10)
        try splitter.take(Array("{\"a\": 123".utf8))
        #expect(throws: SendFailure.self) { try splitter.take(Array("45".utf8)) }
    }
}
