import HTTP

/// Header fields as libcurl takes them.
enum HeaderLine {
    static func lines(of request: OutgoingRequest) throws(HTTPClientError) -> [String] {
        var lines: [String] = []
        for (name, value) in request.headers.fields {
            guard !name.isEmpty, name.utf8.allSatisfy(isTokenCharacter) else {
                throw .invalidURL(detail: "a header field has a name that HTTP does not allow")
            }
            guard !value.utf8.contains(where: { $0 == 0 || $0 == 0x0A || $0 == 0x0D }) else {
                throw .invalidURL(detail: "the header field \(name) holds a line end or U+0000")
            }
            // A colon with nothing behind it would take the field away.
            let isBlank = value.utf8.allSatisfy { $0 == 0x20 || $0 == 0x09 }
            lines.append(isBlank ? "\(name);" : "\(name): \(value)")
        }
        // What libcurl would add by itself: a wait before larger bodies, and a type for any body.
        for name in ["Expect", "Content-Type"] where request.headers[name] == nil {
            lines.append("\(name):")
        }
        return lines
    }

    /// RFC 9110 section 5.6.2.
    static func isTokenCharacter(_ byte: UInt8) -> Bool {
        switch Unicode.Scalar(byte) {
        case "a"..."z", "A"..."Z", "0"..."9": true
        case "!", "#", "$", "%", "&", "'", "*", "+", "-", ".", "^", "_", "`", "|", "~": true
        default: false
        }
    }
}
