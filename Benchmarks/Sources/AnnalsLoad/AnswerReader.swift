import NIOCore

/// Just enough of HTTP/1.1 to read answers of a server that is known, cheaply.
struct AnswerReader {
    struct Answer {
        var status: Int
        var body: ByteBuffer
        /// All bytes of the body, also those that were not kept.
        var bodyLength: Int
    }

    private var waiting = ByteBuffer()
    private var status: Int?
    private var framing = Framing.length(0)
    private var body = ByteBuffer()
    private var bodyLength = 0
    /// Of a long body only the last bytes matter here.
    private let keptBytes = 1 << 20

    private enum Framing {
        case length(Int)
        case chunkHead
        case chunk(Int)
        case chunkTrailer
    }

    mutating func feed(_ bytes: inout ByteBuffer) {
        waiting.discardReadBytes()
        waiting.writeBuffer(&bytes)
    }

    /// The next whole answer; nil while bytes are missing.
    mutating func next() throws(LoadError) -> Answer? {
        if status == nil {
            guard try readHead() else { return nil }
        }
        while try readBodyPart() {}
        guard case .length(0) = framing, let status else { return nil }
        defer {
            self.status = nil
            body = ByteBuffer()
            bodyLength = 0
        }
        return Answer(status: status, body: body, bodyLength: bodyLength)
    }

    private mutating func readHead() throws(LoadError) -> Bool {
        let view = waiting.readableBytesView
        guard let end = Self.endOfHead(view) else { return false }
        // "HTTP/1.1 200": bytes and no strings, or the client would cost as much as the server.
        let place = view.startIndex + 9
        guard end > place + 2, let code = Bytes.number(at: place, in: view) else {
            throw LoadError("no HTTP answer: \(String(decoding: view.prefix(80), as: UTF8.self))")
        }
        status = code
        framing = Self.framing(view[view.startIndex..<end])
        waiting.moveReaderIndex(forwardBy: end - view.startIndex + 4)
        return true
    }

    private static func framing(_ head: ByteBufferView) -> Framing {
        var line = head.startIndex
        while let end = head[line...].firstIndex(of: 10) {
            line = end + 1
            if Bytes.starts(head[line...], with: contentLength) {
                return .length(Bytes.number(at: line + contentLength.count, in: head) ?? 0)
            }
            if Bytes.starts(head[line...], with: transferEncoding) { return .chunkHead }
        }
        return .length(0)
    }

    private static let contentLength = Array("content-length:".utf8)
    private static let transferEncoding = Array("transfer-encoding:".utf8)

    private static func endOfHead(_ view: ByteBufferView) -> Int? {
        var place = view.startIndex
        while place + 3 < view.endIndex {
            if view[place] == 13, view[place + 1] == 10, view[place + 2] == 13,
                view[place + 3] == 10
            {
                return place
            }
            place += 1
        }
        return nil
    }

    /// False when the body is whole or bytes are missing.
    private mutating func readBodyPart() throws(LoadError) -> Bool {
        switch framing {
        case .length(0):
            return false
        case .length(let left):
            let taken = take(left)
            framing = .length(left - taken)
            return taken > 0
        case .chunkHead:
            guard let line = readLine() else { return false }
            guard let size = Int(line.prefix { $0.isHexDigit }, radix: 16) else {
                throw LoadError("no chunk: \(line.prefix(40))")
            }
            framing = size == 0 ? .chunkTrailer : .chunk(size)
            return true
        case .chunk(0):
            guard readLine() != nil else { return false }
            framing = .chunkHead
            return true
        case .chunk(let left):
            let taken = take(left)
            framing = .chunk(left - taken)
            return taken > 0
        case .chunkTrailer:
            guard let line = readLine() else { return false }
            if line.isEmpty { framing = .length(0) }
            return true
        }
    }

    private mutating func take(_ wanted: Int) -> Int {
        guard var part = waiting.readSlice(length: min(wanted, waiting.readableBytes)) else {
            return 0
        }
        let count = part.readableBytes
        if body.readableBytes > keptBytes { body.clear() }
        bodyLength += count
        body.writeBuffer(&part)
        return count
    }

    private mutating func readLine() -> String? {
        let view = waiting.readableBytesView
        guard let end = view.firstIndex(of: 10) else { return nil }
        let line = String(decoding: view[view.startIndex..<end], as: UTF8.self)
        waiting.moveReaderIndex(forwardBy: end - view.startIndex + 1)
        return String(line.trimmingSuffix(while: { $0 == "\r" || $0 == "\r\n" }))
    }
}

extension StringProtocol {
    fileprivate func trimmingSuffix(while matches: (Character) -> Bool) -> SubSequence {
        var text = self[...]
        while let last = text.last, matches(last) { text = text.dropLast() }
        return text
    }
}
