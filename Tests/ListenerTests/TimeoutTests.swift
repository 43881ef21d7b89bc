import Dispatch
import HTTP
import Listener
import TestSupport
import Testing

@Suite("Time that clients may take")
struct TimeoutTests {
    private static let endless = repeatElement(UInt8(ascii: "x"), count: 100_000)

    @Test("a head that drips in is cut, at first and after a request")
    func slowHead() async throws {
        try await withListener(
            Answering.echo,
            {
                $0.timeouts.head = .milliseconds(300)
                $0.timeouts.idle = .milliseconds(1000)
            }
        ) { listener in
            let port = listener.port
            let (first, second) = try await onThread {
                let early = try RawClient(port: port)
                early.send("GET /")
                let first = early.drip(Self.endless, everyMilliseconds: 10)
                let late = try RawClient(port: port)
                _ = try late.ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                late.send("GET /")
                return (first, late.drip(Self.endless, everyMilliseconds: 10))
            }
            #expect(first < 1000)
            #expect(second < 1000)
            #expect(listener.status.timedOut == 2)
        }
    }

    @Test("a body that drips in is cut and never reaches the responder")
    func slowBody() async throws {
        let served = Tally()
        let responder = Answering { _ in
            served.add()
            return Response()
        }
        try await withListener(responder, { $0.timeouts.body = .milliseconds(300) }) { listener in
            let port = listener.port
            let sent = try await onThread {
                let client = try RawClient(port: port)
                client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n")
                return client.drip(Self.endless, everyMilliseconds: 10)
            }
            #expect(sent < 1000)
            #expect(served.value == 0)
            #expect(listener.status.timedOut == 1)
        }
    }

    @Test("a body that comes at the least rate may take longer")
    func steadyBody() async throws {
        try await withListener(
            Answering.echo,
            {
                $0.timeouts.body = .milliseconds(200)
                $0.timeouts.minimumBodyRate = 10
            }
        ) { listener in
            let port = listener.port
            let response = try await onThread {
                let client = try RawClient(port: port)
                client.send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 60\r\n\r\n")
                _ = client.drip(Self.endless.prefix(60), everyMilliseconds: 10)
                return try client.response()
            }
            #expect(response.body == "POST /x [60]")
        }
    }

    @Test("a connection that says nothing is closed")
    func silence() async throws {
        try await withListener(Answering.echo, { $0.timeouts.head = .milliseconds(200) }) {
            listener in
            let port = listener.port
            let text = try await onThread { try RawClient(port: port).receiveAll() }
            #expect(text == "")
            #expect(listener.status.timedOut == 1)
        }
    }

    @Test("a connection between requests is closed when it has been idle")
    func idle() async throws {
        try await withListener(Answering.echo, { $0.timeouts.idle = .seconds(1) }) { listener in
            let port = listener.port
            let rest = try await onThread {
                let client = try RawClient(port: port)
                _ = try client.ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                return try client.receiveAll()
            }
            #expect(rest == "")
        }
    }

    @Test("a responder may take longer than any client")
    func slowResponder() async throws {
        let isLate = Signal()
        let responder = Answering { request in
            if request.path == "/slow" { await isLate.wait() }
            return Response(type: "text/plain", text: "done")
        }
        try await withListener(
            responder,
            {
                $0.timeouts.head = .milliseconds(200)
                $0.timeouts.body = .milliseconds(200)
                $0.timeouts.idle = .seconds(1)
            }
        ) { listener in
            let port = listener.port
            async let response = onThread {
                try RawClient(port: port).ask("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
            }
            // By the time this one is cut, the other would have been.
            _ = try await onThread { try RawClient(port: port).receiveAll() }
            isLate.fire()
            #expect(try await response.body == "done")
        }
    }

    @Test("a client that leaves has its task cancelled")
    func departure() async throws {
        let (began, ended) = (Signal(), Signal())
        let responder = Answering { _ in
            began.fire()
            await Signal().wait()
            ended.fire()
            return Response()
        }
        try await withListener(responder) { listener in
            let port = listener.port
            let leave = DispatchSemaphore(value: 0)
            async let departed: Void = onThread {
                let client = try RawClient(port: port)
                client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                leave.wait()
                withExtendedLifetime(client) {}
            }
            await began.wait()
            leave.signal()
            try await departed
            await ended.wait()
        }
    }
}
