import JSON
import TestSupport
import Testing
import Values

@Suite("Writing JSON as Python does")
struct WritingTests {
    @Test(
        "a string is escaped as json.dumps escapes it",
        arguments: [
            ("", #""""#), ("plain", #""plain""#), ("\"\\/", #""\"\\/""#),
            ("\u{8}\u{C}\n\r\t\u{0}\u{1F}", #""\b\f\n\r\t\u0000\u001f""#), ("\u{7F}", #""\u007f""#),
            ("é€😀", #""\u00e9\u20ac\ud83d\ude00""#), ("aé", #""a\u00e9""#),
            ("éa", #""\u00e9a""#), ("\u{FFFD}", #""\ufffd""#), ("\u{10FFFF}", #""\udbff\udfff""#),
        ])
    func strings(text: String, wanted: String) {
        var writer = JSONWriter()
        writer.string(text)
        #expect(String(decoding: writer.bytes, as: UTF8.self) == wanted)
    }

    @Test(
        "a stored document is spaced and escaped",
        arguments: [
            ("null", "null"), ("{}", "{}"),
            (#"{"a":[1,2.50,null],"b":{}}"#, #"{"a": [1, 2.50, null], "b": {}}"#),
            (#"{"a,b:c":"d,e:f"}"#, #"{"a,b:c": "d,e:f"}"#),
            (#"{"\",":"\\","é":"\n"}"#, #"{"\",": "\\", "\u00e9": "\n"}"#),
        ])
    func documents(canonical: String, wanted: String) {
        var writer = JSONWriter()
        writer.document(JSONText(canonical: canonical))
        #expect(String(decoding: writer.bytes, as: UTF8.self) == wanted)
    }
}

@Suite("JSON under fire")
struct RoundTripTests {
    @Test(
        "whatever can be read is written, read again, and is the same",
        arguments: 0..<40)
    func mutations(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for text in Self.seeds {
            for _ in 0..<50 {
                let bytes = random.mutated(Array(text.utf8))
                guard let first = try? read(bytes) else { continue }
                #expect(try read(Array(first.utf8)) == first)
                var writer = JSONWriter()
                writer.document(JSONText(canonical: first))
                #expect(try read(writer.bytes) == first)
            }
        }
    }

    private func read(_ bytes: [UInt8]) throws(JSONError) -> String {
        try JSONDocument.read(bytes) { (document) throws(JSONError) in
            document.canonicalText(of: try document.value()).text.text
        }
    }

    private static let seeds = [
        #"{"message_id": "a", "traits": [["n", 1, "v\u00e9\ud83d\ude00"], ["f", 3, -1.5e+22]]}"#,
        #"[NaN, Infinity, -Infinity, "\ud800", 123456789012345678901234567890, null, true, false]"#,
        #"{"a": {"a": {"a": [[[[{}]]]]}}, "a": "\\\"\/\b\f\n\r\t"}"#,
    ]
}
