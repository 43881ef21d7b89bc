import HTTP
import Listener
import Synchronization
import TestSupport
import Testing

@Suite("Streamed responses")
struct StreamTests {
    private static let request = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n"

    /// Makes pieces until `body` says nil, and counts them.
    private static func streaming(
        _ made: Tally, _ body: @escaping @Sendable (Int) async throws -> [UInt8]?
    ) -> Answering {
        Answering { _ in
            Response(
                headers: ["Content-Type": "text/plain"],
                body: .stream(
                    ResponseStream {
                        let piece = try await body(made.value)
                        made.add()
                        return piece
                    }))
        }
    }

    @Test("arrive whole, in chunks, and the connection goes on", arguments: [0, 1, 3, 1000])
    func whole(pieces: Int) async throws {
        let responder = Answering { _ in
            let made = Tally()
            return Response(
                body: .stream(
                    ResponseStream {
                        guard made.value < pieces else { return nil }
                        made.add()
                        return Array("piece \(made.value);".utf8)
                    }))
        }
        try await withListener(responder) { listener in
            let port = listener.port
            let responses = try await onThread {
                let client = try RawClient(port: port)
                return [try client.ask(Self.request), try client.ask(Self.request)]
            }
            let expected = (0..<pieces).map { "piece \($0 + 1);" }.joined()
            for response in responses {
                #expect(response.headers["transfer-encoding"] == "chunked")
                #expect(response.body == expected)
            }
        }
    }

    @Test("may have pieces larger than any buffer")
    func largePieces() async throws {
        let responder = Self.streaming(Tally()) { count in
            count < 5 ? [UInt8](repeating: UInt8(97 + count), count: 1_000_000) : nil
        }
        try await withListener(responder) { listener in
            let port = listener.port
            let response = try await onThread { try RawClient(port: port).ask(Self.request) }
            let letters = response.body.utf8.reduce(into: [:]) { $0[$1, default: 0] += 1 }
            #expect(
                letters == [
                    97: 1_000_000, 98: 1_000_000, 99: 1_000_000, 100: 1_000_000, 101: 1_000_000,
                ])
        }
    }

    @Test("get as far ahead of a slow reader as the buffers of the system, and no further")
    func backpressure() async throws {
        let made = Tally()
        let size = 64 << 10
        let responder = Self.streaming(made) { _ in [UInt8](repeating: 120, count: size) }
        try await withListener(responder) { listener in
            let port = listener.port
            try await onThread {
                let client = try RawClient(port: port, receiveBuffer: 64 << 10)
                client.send(Self.request)
                var received = 0
                while received < 50 << 20 { received += try client.receive().count }
                #expect(made.value * size <= received + 16 << 20)
            }
        }
    }

    @Test("that fail break off without an end, so that nobody takes them for whole")
    func failure() async throws {
        struct Lost: Error {}
        let responder = Self.streaming(Tally()) { count in
            if count == 3 { throw Lost() }
            return Array("abc".utf8)
        }
        try await withListener(responder) { listener in
            let port = listener.port
            let text = try await onThread {
                let client = try RawClient(port: port)
                client.send(Self.request)
                return try client.receiveAll()
            }
            #expect(text.hasPrefix("HTTP/1.1 200 "))
            #expect(text.hasSuffix("3\r\nabc\r\n3\r\nabc\r\n3\r\nabc\r\n"))
        }
    }

    @Test("end for a client that leaves while a piece is made: the task is cancelled")
    func departureBetween() async throws {
        let ended = Signal()
        let responder = Self.streaming(Tally()) { count in
            if count == 0 { return Array("abc".utf8) }
            await Signal().wait()
            ended.fire()
            return nil
        }
        try await withListener(responder) { listener in
            let port = listener.port
            try await onThread {
                let client = try RawClient(port: port)
                client.send(Self.request)
                _ = try client.receive()
            }
            await ended.wait()
        }
    }

    @Test("end for a client that leaves while a piece is sent")
    func departureDuring() async throws {
        let ended = Signal()
        let responder = Answering { _ in
            let witness = Witness(ended)
            return Response(
                body: .stream(
                    ResponseStream {
                        withExtendedLifetime(witness) { [UInt8](repeating: 120, count: 1 << 20) }
                    }))
        }
        try await withListener(responder) { listener in
            let port = listener.port
            try await onThread {
                let client = try RawClient(port: port)
                client.send(Self.request)
                _ = try client.receive()
            }
            await ended.wait()
        }
    }

    /// Lives as long as the stream does.
    private final class Witness: Sendable {
        private let ended: Signal

        init(_ ended: Signal) { self.ended = ended }

        deinit { ended.fire() }
    }

    @Test("have no body where only the head was asked for, and are not made")
    func headOnly() async throws {
        let made = Tally()
        let responder = Self.streaming(made) { _ in Array("abc".utf8) }
        try await withListener(responder) { listener in
            let port = listener.port
            let response = try await onThread {
                let client = try RawClient(port: port)
                client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
                return try client.response(toHead: true)
            }
            #expect(response.status == 200)
            #expect(made.value <= 1)
        }
    }
}
