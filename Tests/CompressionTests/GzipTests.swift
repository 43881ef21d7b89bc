import Compression
import Testing

@Suite("Packing gzip")
struct GzipTests {
    @Test("what is packed is unpacked as it was", arguments: [0, 1, 1000, 3 << 20])
    func thereAndBack(size: Int) throws {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<size).map { _ in UInt8.random(in: 0...255, using: &generator) }
        let packed = try Gzip.deflate(bytes)
        #expect(Gunzip.claimedSize(of: packed) == size)
        #expect(try Gunzip.inflate(packed, limit: size) == bytes)
    }

    @Test("text takes less room")
    func smaller() throws {
        let text = Array(String(repeating: "{\"message_id\": \"a\"}\n", count: 1000).utf8)
        #expect(try Gzip.deflate(text).count < text.count / 20)
    }
}
