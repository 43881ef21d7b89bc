import Compression
import HTTP
import HTTPClient
import Synchronization

/// Answers requests one after the other as it is told to, and keeps what it was asked.
final class ScriptedTransport: HTTPTransport {
    struct Asked: Sendable {
        let headers: Headers
        let body: [UInt8]
        /// The body unpacked.
        let lines: [String]
    }

    private let answer: @Sendable (Int, Asked) -> Result<IncomingResponse, HTTPClientError>
    private let log = Mutex<[Asked]>([])

    var asked: [Asked] { log.withLock { $0 } }

    /// - Parameter answer: gets the number of the request, from zero.
    init(_ answer: @escaping @Sendable (Int, Asked) -> Result<IncomingResponse, HTTPClientError>) {
        self.answer = answer
    }

    func send(_ request: OutgoingRequest) async throws(HTTPClientError) -> IncomingResponse {
        let text: [UInt8]
        do {
            text = try Gunzip.inflate(request.body, limit: 1 << 30)
        } catch {
            throw .invalidURL(detail: "the body is not packed")
        }
        let lines = String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
        let asked = Asked(headers: request.headers, body: request.body, lines: lines)
        let number = log.withLock { log in
            log.append(asked)
            return log.count - 1
        }
        return try answer(number, asked).get()
    }
}

extension IncomingResponse {
    /// An answer that takes so many events.
    static func accepted(_ count: Int) -> IncomingResponse {
        IncomingResponse(
            status: 200,
            body: Array(
                """
                {"accepted": \(count), "duplicates": 0, "conflicts": 0, "rejected": 0, "items": []}
                """.utf8))
    }
}
