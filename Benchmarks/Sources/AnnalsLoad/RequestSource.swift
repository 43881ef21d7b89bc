import NIOCore

/// What a run asks for, one request after the other, and how it judges an answer.
protocol RequestSource {
    /// Writes a whole request. False when there is none left.
    mutating func writeNext(into buffer: inout ByteBuffer) throws(LoadError) -> Bool
    /// Why the answer is not what it must be; nil when it is.
    func fault(of answer: AnswerReader.Answer) -> String?
    /// Events that one good answer acknowledges, or 1 for a query.
    var unitsPerRequest: Int { get }
}

/// Publishes events, `batchSize` a request.
struct PublishSource: RequestSource {
    private let templates: EventTemplates
    private let batchSize: Int
    private let last: Int
    private var number: Int
    private var body: [UInt8] = []
    private let head: String
    private var signer: RequestSigner?

    /// - Parameters:
    ///   - headers: further header fields, each with its end of line.
    ///   - signer: nil where requests are not signed.
    init(
        templates: EventTemplates, batchSize: Int, first: Int, count: Int, headers: String,
        signer: RequestSigner?
    ) {
        self.templates = templates
        self.signer = signer
        head = Self.head + headers
        self.batchSize = batchSize
        number = first
        last = first + count
    }

    var unitsPerRequest: Int { batchSize }

    mutating func writeNext(into buffer: inout ByteBuffer) throws(LoadError) -> Bool {
        guard number + batchSize <= last else { return false }
        body.removeAll(keepingCapacity: true)
        body.append(UInt8(ascii: "["))
        for index in 0..<batchSize {
            if index > 0 { body.append(UInt8(ascii: ",")) }
            templates.append(number + index, to: &body)
        }
        body.append(UInt8(ascii: "]"))
        number += batchSize
        buffer.writeString(head)
        if let fields = try signer?.headerLines(for: body) { buffer.writeString(fields) }
        buffer.writeString("Content-Length: \(body.count)\r\n\r\n")
        buffer.writeBytes(body)
        return true
    }

    func fault(of answer: AnswerReader.Answer) -> String? {
        guard answer.status == 200 else {
            return "status \(answer.status): \(String(buffer: answer.body).prefix(200))"
        }
        guard isAccepted(answer.body.readableBytesView) else {
            return "not all accepted: \(String(buffer: answer.body).prefix(200))"
        }
        return nil
    }

    /// `"accepted": N` with or without the space.
    private func isAccepted(_ body: ByteBufferView) -> Bool {
        guard let place = Bytes.end(of: Self.accepted, in: body) else { return false }
        return Bytes.number(at: place, in: body) == batchSize
    }

    private static let accepted = Array("\"accepted\":".utf8)

    private static let head = """
        POST /v2/events HTTP/1.1\r
        Host: 127.0.0.1\r
        X-Roles: admin\r
        X-User-Id: bench\r
        X-Project-Id: bench\r
        Accept: */*\r
        Content-type: application/json\r

        """
}

/// Asks for the given paths in turn.
struct QuerySource: RequestSource {
    private let requests: [[UInt8]]
    private var left: Int
    private var index = 0

    init(paths: [String], project: String, count: Int, headers: String) {
        requests = paths.map { path in
            Array(
                """
                GET \(path) HTTP/1.1\r
                Host: 127.0.0.1\r
                X-Roles: admin\r
                X-User-Id: bench\r
                X-Project-Id: \(project)\r
                Accept: */*\r
                \(headers)\r

                """.utf8)
        }
        left = count
    }

    var unitsPerRequest: Int { 1 }

    mutating func writeNext(into buffer: inout ByteBuffer) -> Bool {
        guard left > 0 else { return false }
        left -= 1
        buffer.writeBytes(requests[index % requests.count])
        index += 1
        return true
    }

    func fault(of answer: AnswerReader.Answer) -> String? {
        guard answer.status == 200 else {
            return "status \(answer.status): \(String(buffer: answer.body).prefix(200))"
        }
        return answer.bodyLength <= 2 ? "the answer is empty" : nil
    }
}
