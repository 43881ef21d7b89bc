import Foundation
import Glibc

/// Runs what blocks on a thread of its own: Swift's threads belong to the responders.
func onThread<Output: Sendable>(
    _ body: @escaping @Sendable () throws -> Output
) async throws -> Output {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
    }
}

enum RawClientError: Error {
    case system(String)
    case tooSlow
    case notHTTP(String)
}

/// A socket that says what it is told to, well formed or not.
final class RawClient {
    private let descriptor: Int32
    private var buffer: [UInt8] = []
    private(set) var isClosed = false

    init(port: UInt16, receiveBuffer: Int32? = nil) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, 4)
        if var receiveBuffer {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, 4)
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0 else { throw RawClientError.system(String(cString: strerror(errno))) }
    }

    deinit {
        close(descriptor)
    }

    /// False where the server has closed the connection.
    @discardableResult
    func send(_ text: String) -> Bool {
        send(Array(text.utf8))
    }

    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var offset = 0
        while offset < bytes.count {
            let count = bytes[offset...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            offset += count
        }
        return true
    }

    func sendNoMore() {
        shutdown(descriptor, Int32(SHUT_WR))
    }

    /// Sends one byte after the other until the server closes; the number that went.
    func drip(_ bytes: some Sequence<UInt8>, everyMilliseconds pause: Int32) -> Int {
        var sent = 0
        for byte in bytes {
            var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            if poll(&wait, 1, pause) > 0 { break }
            guard send([byte]) else { break }
            sent += 1
        }
        return sent
    }

    /// More bytes, or none at the end of the connection.
    func receive() throws -> [UInt8] {
        var piece = [UInt8](repeating: 0, count: 65_536)
        var count = recv(descriptor, &piece, piece.count, 0)
        // A signal, such as another test's child sends at its end, says nothing of the connection.
        while count < 0, errno == EINTR { count = recv(descriptor, &piece, piece.count, 0) }
        if count < 0, errno == EAGAIN { throw RawClientError.tooSlow }
        if count <= 0 {
            isClosed = true
            return []
        }
        return Array(piece[..<count])
    }

    /// Everything until the server closes.
    func receiveAll() throws -> String {
        while !isClosed { buffer += try receive() }
        defer { buffer = [] }
        return String(decoding: buffer, as: UTF8.self)
    }

    /// The next response, whole.
    func response(toHead: Bool = false) throws -> RawResponse {
        while true {
            if let response = RawResponse(takingFrom: &buffer, isHead: toHead) { return response }
            guard !isClosed else {
                throw RawClientError.notHTTP(String(decoding: buffer, as: UTF8.self))
            }
            buffer += try receive()
        }
    }

    func ask(_ text: String) throws -> RawResponse {
        send(text)
        return try response()
    }
}

/// A response as it came, its chunks joined.
struct RawResponse: Sendable {
    let status: Int
    let headers: [String: String]
    let body: String

    /// Nil while there is not enough; takes what it uses.
    init?(takingFrom buffer: inout [UInt8], isHead: Bool) {
        let end = Array("\r\n\r\n".utf8)
        guard let headEnd = buffer.firstRange(of: end) else { return nil }
        let lines = String(decoding: buffer[..<headEnd.lowerBound], as: UTF8.self)
            .split(separator: "\r\n")
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            headers[parts[0].lowercased()] = parts.last?.trimmingCharacters(in: .whitespaces)
        }
        let rest = buffer[headEnd.upperBound...]
        guard let (body, used) = Self.body(rest, headers, isHead: isHead) else { return nil }
        status = Int(lines.first?.split(separator: " ")[1] ?? "") ?? 0
        self.headers = headers
        self.body = String(decoding: body, as: UTF8.self)
        buffer = Array(rest.dropFirst(used))
    }

    private static func body(
        _ rest: ArraySlice<UInt8>, _ headers: [String: String], isHead: Bool
    ) -> (body: [UInt8], used: Int)? {
        if isHead { return ([], 0) }
        if let length = headers["content-length"].flatMap(Int.init) {
            return rest.count < length ? nil : (Array(rest.prefix(length)), length)
        }
        guard headers["transfer-encoding"] == "chunked" else { return ([], 0) }
        var body: [UInt8] = []
        var position = rest.startIndex
        while let line = rest[position...].firstRange(of: Array("\r\n".utf8)) {
            let digits = String(decoding: rest[position..<line.lowerBound], as: UTF8.self)
            guard let size = Int(digits, radix: 16) else { return nil }
            let next = line.upperBound + size + 2
            guard next <= rest.endIndex else { return nil }
            body += rest[line.upperBound..<line.upperBound + size]
            position = next
            if size == 0 { return (body, next - rest.startIndex) }
        }
        return nil
    }
}
