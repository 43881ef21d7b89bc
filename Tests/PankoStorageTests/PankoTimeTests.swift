import Testing
import Values

@testable import PankoStorage

@Suite("Times as Panko stores them on MySQL")
struct PankoTimeTests {
    @Test(
        "seconds with a fraction keep every digit",
        arguments: [
            ("0.000000", 0), ("-0.000001", -1), ("1577836800.123456", 1_577_836_800_123_456),
            ("-62135596800.000000", -62_135_596_800_000_000),
            ("253402300799.999999", 253_402_300_799_999_999), ("7", 7_000_000), ("1.5", 1_500_000),
        ] as [(String, Int64)])
    func times(text: String, microseconds: Int64) {
        #expect(Timestamp(decimalSeconds: text)?.microseconds == microseconds)
    }

    @Test(
        "what is no time of the years 1 to 9999 is none",
        arguments: ["", "-", "x", "1e3", "--1", "99999999999999.999999", "253402300800.000000"])
    func none(text: String) {
        #expect(Timestamp(decimalSeconds: text) == nil)
    }
}
