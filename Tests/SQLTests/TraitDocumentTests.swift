import EventStore
import SQLStorage
import Testing
import Values

@Suite("Traits as a document")
struct TraitDocumentTests {
    @Test("read back as they were")
    func roundTrip() throws {
        let texts = ["", "a", "\"\\/\n\t\u{1}\u{1F}\u{7F}", "é e\u{301} 😀 \u{2028}", "null", "{}"]
        var traits = texts.enumerated().map {
            Trait("text \($0.offset)", .text($0.element))
        }
        traits += [Int64.min, -1, 0, .max].map { Trait("n\($0)", .integer($0)) }
        traits += [0.1, -0.0, 1e22, .leastNonzeroMagnitude, .greatestFiniteMagnitude, 3].map {
            Trait("f\($0)", .float($0))
        }
        traits += [Timestamp.earliest, .latest].map { Trait("\($0)", .datetime($0)) }
        traits += TraitType.allCases.map { Trait("\"none\"", .null($0)) }
        let event = Self.event(traits)
        let decoded = try #require(TraitDocument.decode(TraitDocument.encode(event.traits)))
        #expect(Self.event(decoded) == event)
        let zero = decoded.first { $0.name == "f-0.0" }?.value
        #expect("\(String(describing: zero))".contains("-0.0"))
    }

    @Test("are written so that a person can read them")
    func readable() {
        let event = Self.event([
            Trait("size", .integer(20)), Trait("project_id", .text("é")),
            Trait("a", .text("b")),
            Trait("when", .null(.datetime)),
        ])
        #expect(
            String(decoding: TraitDocument.encode(event.traits), as: UTF8.self)
                == #"{"string":{"a":"b","project_id":"é"},"integer":{"size":20},"#
                + #""datetime":{"when":null}}"#)
        #expect(TraitDocument.encode([]) == Array("{}".utf8))
    }

    @Test("are read in other people's spelling, too")
    func spelling() {
        let text = #"{"float": {"f": 1.50e1, "g": 2}, "string": {"\u00e9": "\ud83d\ude00"}}"#
        let traits = [
            Trait("f", .float(15)), Trait("g", .float(2)),
            Trait("é", .text("😀")),
        ]
        #expect(TraitDocument.decode(Array(text.utf8)) == traits)
    }

    @Test(
        "are damaged where they are something else",
        arguments: [
            "", "[]", "{", #"{"string": []}"#, #"{"strings": {}}"#, #"{"string": {"a": 1}}"#,
            #"{"integer": {"a": 1.5}}"#, #"{"integer": {"a": 9223372036854775808}}"#,
            #"{"datetime": {"a": "yesterday"}}"#, #"{"float": {"a": "1"}}"#,
        ])
    func damaged(text: String) {
        #expect(TraitDocument.decode(Array(text.utf8)) == nil)
    }

    private static func event(_ traits: [EventStore.Trait]) -> Event {
        Event(messageID: "id", eventType: "type", generated: .earliest, traits: traits)
    }
}
