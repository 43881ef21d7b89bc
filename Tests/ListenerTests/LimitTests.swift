import HTTP
import Listener
import Synchronization
import TestSupport
import Testing

@Suite("Limits")
struct LimitTests {
    private static let head = "POST /x HTTP/1.1\r\nHost: a\r\n"

    @Test("a body of exactly the limit is served, with and without a length before it")
    func exactBody() async throws {
        try await withListener(Answering.echo, { $0.limits.body = 1000 }) { listener in
            let port = listener.port
            let body = String(repeating: "x", count: 1000)
            let responses = try await onThread {
                let client = try RawClient(port: port)
                return [
                    try client.ask(Self.head + "Content-Length: 1000\r\n\r\n\(body)"),
                    try client.ask(
                        Self.head + "Transfer-Encoding: chunked\r\n\r\n"
                            + "3e8\r\n\(body)\r\n0\r\n\r\n"),
                ]
            }
            #expect(responses.map(\.body) == ["POST /x [1000]", "POST /x [1000]"])
            #expect(listener.status.bodyBytesInFlight <= 1000)
        }
    }

    @Test(
        "a longer one is answered 413 once it is sent, and never reaches the responder",
        arguments: [
            "Content-Length: 1001\r\n\r\n" + String(repeating: "x", count: 1001),
            "Transfer-Encoding: chunked\r\n\r\n3e8\r\n" + String(repeating: "x", count: 1000)
                + "\r\n1\r\nx\r\n0\r\n\r\n",
        ])
    func longBody(rest: String) async throws {
        let served = Tally()
        let responder = Answering { _ in
            served.add()
            return Response()
        }
        try await withListener(responder, { $0.limits.body = 1000 }) { listener in
            let port = listener.port
            let response = try await onThread { try RawClient(port: port).ask(Self.head + rest) }
            #expect(response.status == 413)
            #expect(response.headers["connection"] == "close")
            #expect(response.body.contains("\"title\": \"Content Too Large\""))
            #expect(response.body.contains("The body is larger than 1000 bytes"))
            #expect(served.value == 0)
        }
    }

    @Test("what the listener answers by itself is told, with method, path and status")
    func observed() async throws {
        let refusals = Mutex<[String]>([])
        var settings = ListenerSettings()
        settings.port = 0
        settings.limits.body = 1000
        let listener = try HTTPListener.start(
            settings, responder: Answering.echo,
            onRefusal: { method, path, status in
                refusals.withLock { $0.append("\(method) \(path) \(status.code)") }
            })
        let port = listener.port
        let statuses = try await onThread {
            let body = String(repeating: "x", count: 1001)
            return [
                try RawClient(port: port).ask(Self.head + "Content-Length: 1001\r\n\r\n\(body)"),
                try RawClient(port: port).ask(Self.head + "Content-Length: 3\r\n\r\nabc"),
            ].map(\.status)
        }
        await listener.drain(timeout: .zero)
        #expect(statuses == [413, 200])
        #expect(refusals.withLock { $0 } == ["POST /x 413"])
    }

    @Test(
        "one that is announced as endless is answered at once",
        arguments: [
            "Content-Length: 1001\r\nExpect: 100-continue\r\n\r\n",
            "Content-Length: 9223372036854775807\r\n\r\n",
            "Content-Length: 18446744073709551614\r\n\r\n",
        ])
    func announcedBody(rest: String) async throws {
        try await withListener(Answering.echo, { $0.limits.body = 1000 }) { listener in
            let port = listener.port
            let response = try await onThread { try RawClient(port: port).ask(Self.head + rest) }
            #expect(response.status == 413)
        }
    }

    @Test("one that never ends is cut")
    func endlessBody() async throws {
        try await withListener(Answering.echo, { $0.limits.body = 1000 }) { listener in
            let port = listener.port
            let isCut = try await onThread {
                let client = try RawClient(port: port)
                client.send(Self.head + "Transfer-Encoding: chunked\r\n\r\n")
                let chunk = "400\r\n\(String(repeating: "x", count: 1024))\r\n"
                while client.send(chunk) {}
                return true
            }
            #expect(isCut)
        }
    }

    @Test("a head within the limit is served, one beyond it is answered 431 or 414")
    func head() async throws {
        try await withListener(Answering.echo, { $0.limits.head = 64 << 10 }) { listener in
            let port = listener.port
            let field = "X-Long: \(String(repeating: "x", count: 1000))\r\n"
            let (fits, fields, line) = try await onThread {
                let start = "GET / HTTP/1.1\r\nHost: a\r\n"
                let fits = String(repeating: field, count: 40)
                let long = String(repeating: field, count: 100)
                return (
                    try RawClient(port: port).ask(start + fits + "\r\n"),
                    try RawClient(port: port).ask(start + long + "\r\n"),
                    try RawClient(port: port).ask(
                        "GET /\(String(repeating: "x", count: 100_000)) HTTP/1.1\r\n\r\n")
                )
            }
            #expect(fits.status == 200)
            #expect(fields.status == 431)
            #expect(line.status == 414)
        }
    }

    @Test("more header fields than anybody needs are answered 431")
    func fields() async throws {
        try await withListener { listener in
            let port = listener.port
            let response = try await onThread {
                let fields = (0..<201).map { "X-\($0): y\r\n" }.joined()
                return try RawClient(port: port).ask(
                    "GET / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n")
            }
            #expect(response.status == 431)
            #expect(response.body.contains("too many header fields"))
        }
    }

    @Test("bodies share a memory; beyond it a request is told to come again, and then it may")
    func memory() async throws {
        let (held, release) = (Signal(), Signal())
        let responder = Answering { request in
            if request.path == "/hold" {
                held.fire()
                await release.wait()
            }
            return Response(type: "text/plain", text: "\(request.body.count)")
        }
        try await withListener(responder, { $0.limits.bodiesInFlight = 1500 }) { listener in
            let port = listener.port
            let body = "Content-Length: 1000\r\n\r\n" + String(repeating: "x", count: 1000)
            async let first = onThread {
                try RawClient(port: port).ask("POST /hold HTTP/1.1\r\nHost: a\r\n" + body)
            }
            await held.wait()
            let second = try await onThread { try RawClient(port: port).ask(Self.head + body) }
            #expect(second.status == 503)
            #expect(second.headers["retry-after"] == "1")
            #expect(second.body.contains("\"faultcode\": \"Server\""))
            release.fire()
            #expect(try await first.body == "1000")
            let third = try await onThread { try RawClient(port: port).ask(Self.head + body) }
            #expect(third.body == "1000")
        }
    }

    @Test("one connection too many is answered 503, and is welcome when another has left")
    func connections() async throws {
        try await withListener(Answering.echo, { $0.limits.connections = 3 }) { listener in
            let port = listener.port
            let refused = try await onThread {
                let request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
                let clients = try (0..<3).map { _ in try RawClient(port: port) }
                for client in clients { _ = try client.ask(request) }
                return try RawClient(port: port).response()
            }
            #expect(refused.status == 503)
            #expect(refused.headers["retry-after"] == "1")
            #expect(refused.body.contains("as many connections as it takes"))
            let later = try await onThread {
                // The server learns of the three departures a moment after they happen.
                while true {
                    let response = try RawClient(port: port).ask(
                        "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                    if response.status != 503 { return response }
                }
            }
            #expect(later.status == 200)
            #expect(listener.status.refused >= 1)
            #expect(listener.status.accepted >= 4)
        }
    }

    @Test("one client cannot take all connections")
    func connectionsPerAddress() async throws {
        try await withListener(Answering.echo, { $0.limits.connectionsPerAddress = 1 }) {
            listener in
            let port = listener.port
            let statuses = try await onThread {
                let first = try RawClient(port: port)
                let served = try first.ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                return [served.status, try RawClient(port: port).response().status]
            }
            #expect(statuses == [200, 503])
        }
    }

    @Test("a port that is taken is named, with its address")
    func busyPort() async throws {
        try await withListener { listener in
            var settings = ListenerSettings()
            settings.port = listener.port
            #expect(throws: ListenerError.portInUse(address: "127.0.0.1", port: listener.port)) {
                try HTTPListener.start(settings, responder: Answering.echo)
            }
        }
    }

    @Test(
        "an address that is not this machine's is named",
        arguments: ["192.0.2.1", "nowhere.invalid"])
    func foreignAddress(address: String) throws {
        var settings = ListenerSettings()
        settings.address = address
        let error = #expect(throws: ListenerError.self) {
            try HTTPListener.start(settings, responder: Answering.echo)
        }
        #expect(error?.message.hasPrefix("'\(address)' is not an address of this machine") == true)
    }

    @Test("an IPv6 address is an address", arguments: ["::1", "::"])
    func sixthVersion(address: String) async throws {
        try await withListener(Answering.echo, { $0.address = address }) { listener in
            let port = listener.port
            let answer = try await onThread {
                try curl("--globoff", "http://[::1]:\(port)/x")
            }
            #expect(answer.output == "GET /x [0]")
        }
    }
}
