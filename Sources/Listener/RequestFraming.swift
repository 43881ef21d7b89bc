/// Where a request ends: what two servers on its way must not read differently (RFC 9112 section 6).
struct RequestFraming: Sendable, Equatable {
    private let isFirstVersion: Bool
    private var hosts = 0
    private var lengths: [String] = []
    private var codings: [String] = []
    private(set) var expectsContinue = false

    init(version: String) {
        isFirstVersion = version == "HTTP/1.0"
    }

    var isChunked: Bool { !codings.isEmpty }

    /// Bytes of the body where the client told them. Beyond the range of numbers it is the highest.
    var declaredLength: Int? {
        lengths.first.map { Int($0) ?? .max }
    }

    var hasBody: Bool { isChunked || declaredLength ?? 0 > 0 }

    mutating func note(_ name: String, _ value: String) throws(Refusal) {
        // By length first: nearly every field is none of these.
        switch name.utf8.count {
        case 4 where name.lowercased() == "host": hosts += 1
        case 6 where name.lowercased() == "expect":
            expectsContinue = value.lowercased() == "100-continue"
        case 14 where name.lowercased() == "content-length": lengths.append(value)
        case 17 where name.lowercased() == "transfer-encoding": codings.append(value)
        default: break
        }
    }

    func check() throws(Refusal) {
        guard hosts == 1 || isFirstVersion && hosts == 0 else {
            throw .malformed("A request has one header field Host.")
        }
        guard lengths.count <= 1 else {
            throw .malformed("The request has more than one Content-Length.")
        }
        guard let coding = codings.first else { return }
        guard lengths.isEmpty else {
            throw .malformed("The request has both Content-Length and Transfer-Encoding.")
        }
        guard !isFirstVersion else {
            throw .malformed("Transfer-Encoding needs HTTP/1.1.")
        }
        guard codings.count == 1, coding.lowercased() == "chunked" else {
            throw .malformed("The only Transfer-Encoding that is understood is chunked.")
        }
    }
}
