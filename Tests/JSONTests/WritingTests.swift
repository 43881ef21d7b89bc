import JSON
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

/// Small and repeatable (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }

    /// A few bytes changed, removed, doubled or put in.
    mutating func mutated(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...4, using: &self) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &self)
            switch Int.random(in: 0..<5, using: &self) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &self)
            case 1: bytes.remove(at: place)
            case 2: bytes.insert(bytes[place], at: place)
            case 3: bytes.removeLast(bytes.count - place)
            default:
                let other = Int.random(in: 0..<bytes.count, using: &self)
                bytes.swapAt(place, other)
            }
        }
        return bytes
    }
}
