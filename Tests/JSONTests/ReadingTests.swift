import JSON
import Testing
import Values

@Suite("Reading JSON")
struct ReadingTests {
    @Test(
        "a value comes back in canonical form",
        arguments: [
            ("null", "null"), (" true ", "true"), ("false", "false"), ("[ ]", "[]"), ("{ }", "{}"),
            ("[1, 2 ,3]", "[1,2,3]"), (#"{"a" : {"b": []}}"#, #"{"a":{"b":[]}}"#),
            (#""text""#, #""text""#), (#""\u00e9\ud83d\ude00""#, #""é😀""#),
            (#""a\/b\"c\\d""#, #""a/b\"c\\d""#), (#""\b\f\n\r\t\u0001""#, #""\b\f\n\r\t\u0001""#),
            ("[1.50, 1E3, -0, -0.0, 1e-7]", "[1.50,1E3,-0,-0.0,1e-7]"),
            ("[9223372036854775807]", "[9223372036854775807]"),
            ("[123456789012345678901234567890]", "[123456789012345678901234567890]"),
            (#"{"b":1,"a":2,"b":3}"#, #"{"b":3,"a":2}"#), ("\"\u{7F}é\"", "\"\u{7F}é\""),
            (#"{"\u0061":1,"a":2}"#, #"{"a":2}"#), (#""\u0000""#, #""\u0000""#),
        ])
    func canonical(text: String, wanted: String) throws {
        #expect(try canonicalText(text) == wanted)
    }

    @Test(
        "what is not JSON is refused with the place where it stops being JSON",
        arguments: [
            ("", 0), ("   ", 0), ("nul", 0), ("[1 2]", 3), ("[1,]", 3), ("{", 1), ("[", 1),
            ("]", 0), (#"{"a"}"#, 4), (#"{"a":}"#, 5), (#"{a:1}"#, 1), (#"{"a":1,}"#, 7),
            ("[1]]", 3), ("01", 0), ("1.", 0), (".5", 0), ("+1", 0), ("1e", 0), ("- 1", 0),
            ("tru e", 0), (#""\x""#, 1), (#""\u12g4""#, 1), (#"["a" "b"]"#, 5), (#""abc"#, 0),
            (#"["abc]"#, 1), ("\"a\nb\"", 2), ("{]", 1), ("[}", 1), ("12\"a\"", 0),
            ("\u{FEFF}1", 0),
            ("nan", 0), ("-NaN", 0), ("'a'", 0), (#"{"a":1 "b":2}"#, 7), ("[1:2]", 2),
            (#""abc"d"e""#, 5), (#"["abc"d"e"]"#, 6), (#""a""b""#, 3), (#""a"1"#, 3),
            (#""a"{}"#, 3), (#"{"a"1:2}"#, 4), (#"[1"a"]"#, 1), (#"["a"true]"#, 4),
        ])
    func syntax(text: String, offset: Int) {
        do throws(JSONError) {
            _ = try canonicalText(text)
            Issue.record("accepted")
        } catch {
            guard case .syntax(let found, _) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(found == offset, "\(error)")
        }
    }

    @Test(
        "bytes that are not UTF-8 are refused with their place",
        arguments: [
            ([0x22, 0xFF, 0x22], 1), ([0x22, 0x61, 0xC3, 0x28, 0x22], 2),
            ([0x22, 0xC0, 0x80, 0x22], 1),
            ([0x22, 0xED, 0xA0, 0x80, 0x22], 1), ([0x22, 0xF5, 0x80, 0x80, 0x80, 0x22], 1),
            ([0x22, 0xE2, 0x82], 1), ([0x80], 0),
        ] as [([UInt8], Int)])
    func encoding(bytes: [UInt8], offset: Int) {
        #expect(throws: JSONError.notUTF8(offset: offset)) {
            try JSONDocument.read(bytes) { (document) throws(JSONError) in
                _ = try document.value()
            }
        }
    }

    @Test(
        "what Python writes beyond JSON is seen, not refused",
        arguments: ["NaN", "Infinity", "-Infinity"])
    func nonFinite(word: String) throws {
        try read("[\(word)]") { document, array in
            let node = try #require(Array(document.elements(of: array)).first)
            #expect(document.kind(of: node) == .nonFinite)
            #expect(document.literal(of: node) == word)
            let canonical = document.canonicalText(of: array)
            #expect(canonical.text.text == "[null]")
            #expect(canonical.droppedNumber)
        }
    }

    @Test(
        "half of a surrogate pair becomes U+FFFD and is reported",
        arguments: [
            (#""\ud800""#, "\u{FFFD}"), (#""\udc00x""#, "\u{FFFD}x"),
            (#""\ud800\ud800""#, "\u{FFFD}\u{FFFD}"), (#""\ud800\u0041""#, "\u{FFFD}A"),
            (#""\ud83dx\ude00""#, "\u{FFFD}x\u{FFFD}"),
        ])
    func surrogates(text: String, wanted: String) throws {
        try read(text) { document, node in
            #expect(document.text(of: node) == wanted)
            #expect(document.wasReplaced(node))
            #expect(document.canonicalText(of: node).replacedSurrogate)
        }
    }

    @Test(
        "numbers are told apart by what they fit",
        arguments: [
            ("0", .integer), ("-1", .integer), ("9223372036854775807", .integer),
            ("-9223372036854775808", .integer), ("9223372036854775808", .bigInteger),
            ("-9223372036854775809", .bigInteger), ("1.0", .float), ("1e2", .float),
            ("1e400", .float),
        ] as [(String, JSONKind)])
    func numbers(text: String, kind: JSONKind) throws {
        try read(text) { document, node in
            #expect(document.kind(of: node) == kind)
            #expect(document.literal(of: node) == text)
            #expect(document.double(of: node) == Double(text))
            if kind == .integer { #expect(document.integer(of: node) == Int64(text)) }
        }
    }

    @Test("a tower of brackets ends in an error, however high", arguments: [65, 1000, 100_000])
    func depth(levels: Int) {
        let tower = String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
        #expect(throws: JSONError.tooDeep) { try canonicalText(tower) }
        let bomb = String(repeating: "[", count: levels)
        #expect(throws: JSONError.syntax(offset: levels, reason: "the text ends too early")) {
            try canonicalText(bomb)
        }
    }

    @Test("as many levels as allowed are read")
    func allowedDepth() throws {
        let text = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
        #expect(try canonicalText(text) == text)
    }

    @Test("an object of many members is read in time proportional to its length")
    func manyMembers() throws {
        let members = (0..<20_000).map { "\"k\($0 % 10_000)\":\($0)" }.joined(separator: ",")
        try read("{\(members)}") { document, node in
            let distinct = document.distinctMembers(of: node)
            #expect(distinct.count == 10_000)
            #expect(document.integer(of: distinct[0].value) == 10_000)
        }
    }
}

@Suite("Reading an array element by element")
struct ElementTests {
    @Test("an element that is refused does not spoil the others")
    func refusal() throws {
        let deep = String(repeating: "[", count: 9) + String(repeating: "]", count: 9)
        let long = "\"" + String(repeating: "x", count: 200) + "\""
        let text = "[1, \(deep), {\"a\": [\(long), 1]}, 2]"
        let limits = JSONLimits(depth: 8, valueBytes: 100)
        let found = try JSONDocument.read(Array(text.utf8), limits: limits) {
            (document) throws(JSONError) in
            #expect(document.beginArray())
            var found: [String] = []
            while let element = try document.nextElement() {
                switch element {
                case .value(let node): found.append(document.literal(of: node))
                case .refused(let error): found.append(error.userMessage)
                }
            }
            return found
        }
        #expect(found == ["1", "nests too deep", "is too large", "2"])
    }

    @Test(
        "an array that is broken anywhere ends in an error",
        arguments: ["[1,2", "[1 2]", "[1,,2]", "[1]x", "[1],", "[,1]", "[1,2]]", "["])
    func broken(text: String) {
        #expect(throws: JSONError.self) {
            try JSONDocument.read(Array(text.utf8)) { (document) throws(JSONError) in
                _ = document.beginArray()
                while try document.nextElement() != nil {}
            }
        }
    }

    @Test("an array without elements is at its end at once")
    func empty() throws {
        let count = try JSONDocument.read(Array(" [ ] ".utf8)) { (document) throws(JSONError) in
            _ = document.beginArray()
            var count = 0
            while try document.nextElement() != nil { count += 1 }
            return count
        }
        #expect(count == 0)
    }

    @Test("a range of bytes is read as if it were all")
    func range() throws {
        let bytes = Array("garbage{\"a\":1}garbage".utf8)
        let text = try JSONDocument.read(bytes, range: 7..<14) { (document) throws(JSONError) in
            document.canonicalText(of: try document.value()).text.text
        }
        #expect(text == "{\"a\":1}")
    }
}

func canonicalText(_ text: String) throws(JSONError) -> String {
    try JSONDocument.read(Array(text.utf8)) { (document) throws(JSONError) in
        document.canonicalText(of: try document.value()).text.text
    }
}

/// Reads one value and looks at it.
private func read(_ text: String, _ body: (JSONDocument, JSONNode) throws -> Void) throws {
    let result = try JSONDocument.read(Array(text.utf8)) { (document) throws(JSONError) in
        let node = try document.value()
        return Result { try body(document, node) }
    }
    try result.get()
}
