import OpenSSL
import Testing

@Suite("Digests and random bytes")
struct DigestTests {
    @Test(
        "SHA-256 gives the digests of FIPS 180-4",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
        ])
    func digest(text: String, expected: String) {
        #expect(hexadecimal(SHA256.digest(of: Array(text.utf8))) == expected)
    }

    @Test("HMAC-SHA-256 gives the code of RFC 4231, case 2")
    func code() {
        let code = HMACSHA256.code(
            for: Array("what do ya want for nothing?".utf8), key: Array("Jefe".utf8))
        #expect(
            hexadecimal(code) == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    }

    @Test("an empty key is a key")
    func emptyKey() {
        let code = HMACSHA256.code(for: [], key: [])
        #expect(
            hexadecimal(code) == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad")
    }

    @Test(
        "bytes are compared as a whole",
        arguments: [
            ("", "", true), ("secret", "secret", true), ("secret", "secreT", false),
            ("Secret", "secret", false), ("secret", "secre", false), ("", "s", false),
        ])
    func comparison(left: String, right: String, isEqual: Bool) {
        #expect(ConstantTime.areEqual(Array(left.utf8), Array(right.utf8)) == isEqual)
    }

    @Test("random bytes do not repeat")
    func random() {
        let draws = Set((0..<1000).map { _ in RandomBytes.make(count: 16) })
        #expect(draws.count == 1000)
    }

    @Test("a UUID has the form, the version and the variant of RFC 9562")
    func uuid() {
        for _ in 0..<100 {
            let groups = RandomBytes.uuidText().split(separator: "-")
            #expect(groups.map(\.count) == [8, 4, 4, 4, 12])
            #expect(groups[2].first == "4")
            #expect("89ab".contains(groups[3].first ?? "?"))
            #expect(groups.joined().allSatisfy { $0.isHexDigit })
        }
    }

    private func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { (UInt16($0) + 256) }.map { String($0, radix: 16).dropFirst() }.joined()
    }
}
