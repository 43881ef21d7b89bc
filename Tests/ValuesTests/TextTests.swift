import Testing
import Values

@Suite("Texts of values")
struct TextTests {
    /// Python's repr of the same numbers, recorded.
    static let floats: [(Double, String)] = [
        (1, "1.0"), (0.1, "0.1"), (1e16, "1e+16"), (1e15, "1000000000000000.0"),
        (1.2345678901234568e17, "1.2345678901234568e+17"), (1e22, "1e+22"), (0.0001, "0.0001"),
        (1e-05, "1e-05"), (1.5e300, "1.5e+300"), (.leastNonzeroMagnitude, "5e-324"), (100, "100.0"),
        (0.30000000000000004, "0.30000000000000004"), (-0.0, "-0.0"), (0, "0.0"), (1e-07, "1e-07"),
        (9_007_199_254_740_994, "9007199254740994.0"), (-2.5, "-2.5"), (123456.789, "123456.789"),
        (.infinity, "inf"), (-.infinity, "-inf"), (.nan, "nan"),
    ]

    @Test("a float is written as Python writes it", arguments: floats)
    func float(number: Double, wanted: String) {
        #expect(number.shortestText == wanted)
    }

    @Test("the text of a float reads back as the same bits")
    func floatRoundTrip() {
        for _ in 0..<5000 {
            let number = Double(bitPattern: .random(in: 0 ... .max))
            if number.isNaN || number.isInfinite { continue }
            #expect(Double(number.shortestText)?.bitPattern == number.bitPattern)
        }
    }

    @Test("exact texts are equal byte for byte only")
    func exactness() {
        #expect("é" == "e\u{301}")
        #expect(ExactText("é") != ExactText("e\u{301}"))
        #expect(ExactText("Z") < ExactText("a"))
        #expect(Set([ExactText("é"), ExactText("e\u{301}"), ExactText("é")]).count == 2)
    }

    @Test("a secret shows itself nowhere but where it is asked for")
    func secrecy() {
        let secret = Secret("s3cret")
        var dumped = ""
        dump(secret, to: &dumped)
        #expect(!"\(secret) \(String(reflecting: secret)) \(dumped)".contains("s3cret"))
        #expect(secret.reveal() == "s3cret")
    }
}
