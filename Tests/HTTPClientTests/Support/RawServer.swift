import Foundation
import Glibc

/// A server that says what it is told to, well formed or not, to one connection after the other.
final class RawServer: Sendable {
    let port: UInt16
    private let descriptor: Int32

    /// What it does on each connection once the head of a request has come.
    enum Answer: Sendable {
        case text(String)
        /// Says nothing and keeps the connection.
        case silence
    }

    /// - Parameter answers: one for each connection; the last one also for those to follow.
    init(_ answers: [Answer]) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                guard bind(descriptor, generic, length) == 0, listen(descriptor, 16) == 0 else {
                    return Int32(-1)
                }
                return getsockname(descriptor, generic, &length)
            }
        }
        guard code == 0 else { throw POSIXError(.EADDRNOTAVAIL) }
        port = UInt16(bigEndian: address.sin_port)
        Thread.detachNewThread { Self.serve(descriptor, answers) }
    }

    deinit {
        // Ends the thread's accept; the thread closes the socket.
        shutdown(descriptor, Int32(SHUT_RDWR))
    }

    private static func serve(_ descriptor: Int32, _ answers: [Answer]) {
        var kept: [Int32] = []
        var next = 0
        while case let connection = accept(descriptor, nil, nil), connection >= 0 {
            readHead(connection)
            switch answers[min(next, answers.count - 1)] {
            case .text(let text):
                _ = Array(text.utf8).withUnsafeBytes {
                    send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                shutdown(connection, Int32(SHUT_WR))
                close(connection)
            case .silence: kept.append(connection)
            }
            next += 1
        }
        for connection in kept { close(connection) }
        close(descriptor)
    }

    private static func readHead(_ connection: Int32) {
        var head: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 4096)
        while !head.suffix(4).elementsEqual("\r\n\r\n".utf8) {
            let count = recv(connection, &piece, piece.count, 0)
            if count <= 0 { return }
            head += piece[..<count]
        }
    }
}
