import CMicroHTTPD
import HTTP

/// The head of a request whose framing is beyond doubt.
struct RequestHead: Sendable {
    let method: String
    let target: RequestTarget
    let headers: Headers
    let framing: RequestFraming

    /// More fields than any client of ours sends; each takes some microseconds.
    static let mostFields = 200

    init(
        _ line: RequestLine, target: RequestTarget, handle: OpaquePointer
    ) throws(Refusal) {
        // The target ends where the version begins, unless a zero byte hides the rest of it.
        guard target.isValid, line.targetRoom == target.length + 1 else {
            throw .malformed("The request target is not a path.")
        }
        method = line.method
        self.target = target
        (headers, framing) = try Self.read(line, handle)
    }

    private static func read(
        _ line: RequestLine, _ handle: OpaquePointer
    ) throws(Refusal) -> (Headers, RequestFraming) {
        try withUnsafeTemporaryAllocation(of: annals_field.self, capacity: mostFields) {
            fields throws(Refusal) in
            let count = annals_request_fields(handle, fields.baseAddress, fields.count)
            guard count <= fields.count else { throw .tooManyFields }
            var headers = Headers()
            var framing = RequestFraming(version: line.version)
            for field in fields.prefix(count) {
                let (name, value) = try text(of: field)
                try framing.note(name, value)
                headers.append(name, value)
            }
            let last = fields.prefix(count).last.map { $0.value + $0.value_length } ?? line.end
            guard annals_head_ends_after(handle, line.start, last) == 1 else {
                throw .malformed("A header field has no name.")
            }
            try framing.check()
            return (headers, framing)
        }
    }

    private static func text(
        of field: annals_field
    ) throws(Refusal) -> (name: String, value: String) {
        let name = UnsafeRawBufferPointer(start: field.name, count: field.name_length)
        let value = UnsafeRawBufferPointer(start: field.value, count: field.value_length)
        guard field.is_folded == 0 else {
            throw .malformed("A header field may not span lines.")
        }
        guard !name.isEmpty, name.allSatisfy({ isTokenCharacter[Int($0)] }) else {
            throw .malformed("The name of a header field holds a character that none may have.")
        }
        guard value.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
            throw .malformed("The value of a header field holds a control character.")
        }
        return (String(decoding: name, as: UTF8.self), String(decoding: value, as: UTF8.self))
    }

    /// RFC 9110 section 5.6.2.
    private static let isTokenCharacter: [Bool] = (0..<256).map { code in
        switch Unicode.Scalar(UInt8(code)) {
        case "a"..."z", "A"..."Z", "0"..."9": true
        case "!", "#", "$", "%", "&", "'", "*", "+", "-", ".", "^", "_", "`", "|", "~": true
        default: false
        }
    }
}
