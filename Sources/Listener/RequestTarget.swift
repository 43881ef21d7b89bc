/// The second word of the request line, as sent.
struct RequestTarget: Sendable, Equatable {
    let path: String
    /// Without `?`; nil where there was none.
    let query: String?
    /// Bytes of the whole target.
    let length: Int
    let isValid: Bool

    init(_ bytes: UnsafeRawBufferPointer) {
        length = bytes.count
        let origin = Self.withoutAuthority(bytes)
        isValid =
            (origin.first == UInt8(ascii: "/") || origin.elementsEqual("*".utf8))
            && !bytes.contains { $0 <= 0x20 || $0 == 0x7F }
        if let mark = origin.firstIndex(of: UInt8(ascii: "?")) {
            path = String(decoding: origin[..<mark], as: UTF8.self)
            query = String(decoding: origin[(mark + 1)...], as: UTF8.self)
        } else {
            path = String(decoding: origin, as: UTF8.self)
            query = nil
        }
    }

    /// `http://host:port/path` asks for `/path` (RFC 9112 section 3.2.2).
    private static func withoutAuthority(
        _ bytes: UnsafeRawBufferPointer
    ) -> Slice<UnsafeRawBufferPointer> {
        guard let first = bytes.first, first != UInt8(ascii: "/") else { return bytes[...] }
        let text = String(decoding: bytes.prefix(8), as: UTF8.self).lowercased()
        guard let scheme = ["http://", "https://"].first(where: text.hasPrefix) else {
            return bytes[...]
        }
        let rest = bytes.dropFirst(scheme.utf8.count)
        return rest.drop { $0 != UInt8(ascii: "/") }
    }
}
