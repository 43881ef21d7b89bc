import API
import EventStore
import HTTP
import MemoryStorage
import Testing
import Values

@Suite("Values that are not as they should be")
struct BadValueTests {
    @Test(
        "a value is kept as what it is, or as text, and what was changed is said",
        arguments: TraitCase.all)
    func traits(example: TraitCase) async throws {
        let house = House()
        let answer = await house.post("\(Draft(traits: "[\(example.trait)]"))")
        #expect(answer.status == .ok, "\(answer.text)")
        let stored = try #require(try await house.storage.event("id", visibleTo: .everything))
        #expect(stored.traits == [example.wanted])
        #expect(answer.json["accepted"]?.number == 1)
        let code = answer.json["items"]?.elements.first?["code"]?.text
        #expect(code == example.note)
    }

    @Test(
        "an event is rejected where it cannot be kept",
        arguments: [
            (Draft(id: "").description, "invalid_message_id"),
            (Draft(id: #"\u0000"#).description, "invalid_message_id"),
            (Draft(id: String(repeating: "ä", count: 256)).description, "invalid_message_id"),
            (#"{"message_id": 5, "event_type": "t", "generated": "2020"}"#, "invalid_message_id"),
            (Draft(type: "").description, "invalid_event_type"),
            (Draft(type: #"a\u0000b"#).description, "invalid_event_type"),
            (Draft(type: String(repeating: "x", count: 256)).description, "invalid_event_type"),
            (Draft(generated: "").description, "invalid_generated"),
            (Draft(generated: "2020-02-30").description, "invalid_generated"),
            (Draft(generated: "2020-01-02T10:30:15z").description, "invalid_generated"),
            (
                #"{"message_id": "a", "event_type": "t", "generated": 1577836800}"#,
                "invalid_generated"
            ),
            (#"{"message_id": "a", "event_type": "t"}"#, "missing_field"),
            (#"{"message_id": "a", "event_type": "t", "generated": null}"#, "missing_field"),
            (#"{"message_id": null, "event_type": "t", "generated": "2020"}"#, "missing_field"),
            (#"{"event_type": "t", "generated": "2020"}"#, "missing_field"),
            ("{}", "missing_field"),
            (Draft(traits: "{}").description, "invalid_trait"),
            (Draft(traits: #"["a"]"#).description, "invalid_trait"),
            (Draft(traits: #"[["a", 1]]"#).description, "invalid_trait"),
            (Draft(traits: #"[["a", 1, "b", 2]]"#).description, "invalid_trait"),
            (Draft(traits: #"[[1, 1, "b"]]"#).description, "invalid_trait"),
            (Draft(traits: #"[{"value": 1}]"#).description, "invalid_trait"),
            (Draft(traits: #"[["", 1, "b"]]"#).description, "invalid_trait"),
            (Draft(traits: #"[["\u0000", 1, "b"]]"#).description, "invalid_trait"),
            ("5", "invalid_event"), ("null", "invalid_event"), ("[[]]", "invalid_event"),
            (#"["text"]"#, "invalid_event"),
        ])
    func rejections(body: String, code: String) async {
        let answer = await House().post(body)
        #expect(answer.status == .badRequest)
        #expect(answer.json["items"]?.elements.first?["code"] == .text(code), "\(answer.text)")
        #expect(answer.json["rejected"]?.number == 1)
        #expect(answer.faultString?.hasPrefix("None of the events can be stored. ") == true)
    }

    @Test("ids and types of 255 characters are kept, whatever their bytes")
    func longest() async throws {
        let house = House()
        let id = String(repeating: "😀", count: 255)
        #expect(await house.post("\(Draft(id: id, type: id))").json == .report(accepted: 1))
        #expect(await house.get("/v2/events").messageIDs == [id])
    }

    @Test("traits may be missing or null, raw may be anything")
    func optional() async throws {
        let house = House()
        _ = await house.post(#"{"message_id": "a", "event_type": "t", "generated": "2020"}"#)
        _ = await house.post("\(Draft(id: "b", traits: "null", raw: "null"))")
        _ = await house.post("\(Draft(id: "c", raw: "[1.50, NaN, \"\\ud800\"]"))")
        let raws = await house.get("/v2/events").json.elements.map { $0["raw"] }
        #expect(raws[0] == .object([:]))
        #expect(raws[1] == .null)
        #expect(raws[2] == .array([.number("1.50"), .null, .text("\u{FFFD}")]))
    }

    @Test("of members sent twice the last counts, and unknown ones do not matter")
    func duplicateMembers() async throws {
        let house = House()
        let answer = await house.post(
            #"{"message_id": "a", "message_id": "b", "event_type": "t", "generated": "2020", "#
                + #""x": [1], "message_signature": "00", "raw": {"k": 1, "j": 2, "k": 3}}"#)
        #expect(answer.json == .report(accepted: 1))
        let shown = await house.get("/v2/events/b")
        #expect(shown.text.contains(#""raw": {"k": 3, "j": 2}"#))
    }

    @Test("of traits with one name and type the last is kept, and it is said")
    func duplicateTraits() async throws {
        let house = House()
        let traits = #"[["a", 1, "x"], ["b", 1, "y"], ["a", 2, 1], ["a", 1, "z"]]"#
        let answer = await house.post("\(Draft(traits: traits))")
        #expect(answer.json["items"]?.elements.first?["code"] == .text("duplicate_trait"))
        let stored = try #require(try await house.storage.event("id", visibleTo: .everything))
        #expect(
            stored.traits == [
                Trait("a", .text("z")), Trait("a", .integer(1)), Trait("b", .text("y")),
            ])
    }

    @Test("traits come in any order and are stored by name")
    func order() async throws {
        let house = House()
        let names = ["b", "ab", "a", "abcdefghi", "abcdefgh", "abcdefghj", "ä", "Z"]
        let traits = names.map { #"["\#($0)", 1, "v"]"# }.joined(separator: ",")
        #expect(await house.post("\(Draft(traits: "[\(traits)]"))").json == .report(accepted: 1))
        let stored = try #require(try await house.storage.event("id", visibleTo: .everything))
        #expect(
            stored.traits.map(\.name) == names.sorted { $0.precedesExactly($1) })
    }
}

/// One trait as sent, as stored, and what is said of it.
struct TraitCase: Sendable, CustomTestStringConvertible {
    let trait: String
    let wanted: EventStore.Trait
    let note: String?

    var testDescription: String { trait }

    private init(_ type: String, _ value: String, _ wanted: TraitValue, _ note: String? = nil) {
        trait = #"["n", \#(type), \#(value)]"#
        self.wanted = EventStore.Trait("n", wanted)
        self.note = note
    }

    private init(object: String, _ wanted: TraitValue, _ note: String? = nil) {
        trait = object
        self.wanted = EventStore.Trait("n", wanted)
        self.note = note
    }

    private init(name: String, _ wanted: String, _ note: String) {
        trait = #"["\#(name)", 1, "v"]"#
        self.wanted = EventStore.Trait(wanted, .text("v"))
        self.note = note
    }

    private static let noon = Timestamp("2025-11-20T12:00:00")
    private static let kept = "kept_as_text"

    static let all: [TraitCase] = plain + forms + misfits + strange

    private static let plain: [TraitCase] = [
        TraitCase("1", #""text""#, .text("text")), TraitCase("0", #""text""#, .text("text")),
        TraitCase("1", #""""#, .text("")), TraitCase("1", "null", .null(.text)),
        TraitCase("2", "-5", .integer(-5)), TraitCase("2", "null", .null(.integer)),
        TraitCase("2", "9223372036854775807", .integer(.max)),
        TraitCase("2", "-9223372036854775808", .integer(.min)), TraitCase("3", "1.5", .float(1.5)),
        TraitCase("3", "1e22", .float(1e22)), TraitCase("3", "4", .float(4)),
        TraitCase("3", "-0.0", .float(0)), TraitCase("3", "5e-324", .float(.leastNonzeroMagnitude)),
        TraitCase("3", "null", .null(.float)), TraitCase("4", "null", .null(.datetime)),
        TraitCase("4", #""2025-11-20T12:00:00""#, noon.map(TraitValue.datetime) ?? .null(.text)),
        TraitCase("4", #""2025-11-20 14:00+02:00""#, noon.map(TraitValue.datetime) ?? .null(.text)),
    ]

    private static let forms: [TraitCase] = [
        TraitCase(object: #"{"name": "n", "dtype": 2, "value": 7}"#, .integer(7)),
        TraitCase(object: #"{"value": "7", "type": "integer", "name": "n"}"#, .integer(7)),
        TraitCase(object: #"{"name": "n", "type": "float", "value": "1e-07"}"#, .float(1e-7)),
        TraitCase(object: #"{"name": "n", "type": "string", "value": "None"}"#, .text("None")),
        TraitCase(object: #"{"name": "n", "type": "integer", "value": "None"}"#, .null(.integer)),
        TraitCase(object: #"{"name": "n", "value": "x"}"#, .text("x")),
        TraitCase(object: #"{"name": "n", "value": 5}"#, .text("5"), kept),
        TraitCase(object: #"{"name": "n", "dtype": 3}"#, .null(.float)),
        TraitCase(object: #"{"name": "n"}"#, .null(.text)),
        TraitCase(#""integer""#, "5", .integer(5)), TraitCase("null", #""x""#, .text("x")),
    ]

    private static let misfits: [TraitCase] = [
        TraitCase("1", "5", .text("5"), kept), TraitCase("1", "1.50", .text("1.50"), kept),
        TraitCase("1", "true", .text("true"), kept), TraitCase("1", "NaN", .text("NaN"), kept),
        TraitCase("1", #"{"a": [1, 2]}"#, .text(#"{"a":[1,2]}"#), kept),
        TraitCase("2", #""abc""#, .text("abc"), kept), TraitCase("2", #""""#, .text(""), kept),
        TraitCase("2", #""007""#, .text("007"), kept), TraitCase("2", "1.0", .text("1.0"), kept),
        TraitCase("2", "9223372036854775808", .text("9223372036854775808"), kept),
        TraitCase("2", #""9223372036854775808""#, .text("9223372036854775808"), kept),
        TraitCase("2", "false", .text("false"), kept), TraitCase("3", #""x""#, .text("x"), kept),
        TraitCase("3", "1e400", .text("1e400"), kept),
        TraitCase("3", #""1e400""#, .text("1e400"), kept),
        TraitCase("4", #""yesterday""#, .text("yesterday"), kept),
        TraitCase("4", "5", .text("5"), kept), TraitCase("9", "5", .text("5"), kept),
        TraitCase("-1", #""x""#, .text("x"), kept),
        TraitCase(#""word""#, #""x""#, .text("x"), kept),
        TraitCase("1.5", #""x""#, .text("x"), kept),
    ]

    private static let strange: [TraitCase] = [
        TraitCase("3", "NaN", .null(.float), "non_finite"),
        TraitCase("3", "-Infinity", .null(.float), "non_finite"),
        TraitCase("3", #""inf""#, .null(.float), "non_finite"),
        TraitCase("3", #""nan""#, .null(.float), "non_finite"),
        TraitCase("1", #""a\ud800b""#, .text("a\u{FFFD}b"), "replaced_surrogate"),
        TraitCase("1", #""a\u0000b""#, .text("ab"), "removed_nul"),
        TraitCase(name: #"n\ud800"#, "n\u{FFFD}", "replaced_surrogate"),
        TraitCase(name: #"n\u0000"#, "n", "removed_nul"),
    ]
}
