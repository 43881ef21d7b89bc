import HTTP
import Listener
import Synchronization
import TestSupport
import Testing

@Suite("Requests")
struct RequestTests {
    @Test(
        "reach the responder as sent",
        arguments: [
            ("GET /v2/events HTTP/1.1\r\nHost: a\r\n\r\n", "GET /v2/events [0]"),
            ("GET /a%2Fb/?q=%20+&q=1 HTTP/1.1\r\nHost: a\r\n\r\n", "GET /a%2Fb/?q=%20+&q=1 [0]"),
            ("GET /? HTTP/1.1\r\nHost: a\r\n\r\n", "GET /? [0]"),
            ("GET /a?b?c HTTP/1.1\r\nHost: a\r\n\r\n", "GET /a?b?c [0]"),
            ("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", "POST /x [3]"),
            (
                "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "2\r\nab\r\n1;x=y\r\nc\r\n0\r\nTrailer: 1\r\n\r\n", "POST /x [3]"
            ),
            ("GET /x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}", "GET /x [2]"),
            ("PROPFIND /x HTTP/1.1\r\nHost: a\r\n\r\n", "PROPFIND /x [0]"),
            ("BREW /x HTTP/1.1\r\nHost: a\r\n\r\n", "BREW /x [0]"),
            ("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "OPTIONS * [0]"),
            ("GET http://b:1/x?y HTTP/1.1\r\nHost: a\r\n\r\n", "GET /x?y [0]"),
            ("GET /x HTTP/1.0\r\n\r\n", "GET /x [0]"),
        ])
    func asSent(request: String, expected: String) async throws {
        try await withListener { listener in
            let port = listener.port
            let response = try await onThread { try RawClient(port: port).ask(request) }
            #expect(response.status == 200)
            #expect(response.body == expected)
        }
    }

    @Test("have their header fields in order, names as sent")
    func headers() async throws {
        let responder = Answering { request in
            let text = request.headers.fields.map { "\($0.name)=\($0.value)" }
            return Response(type: "text/plain", text: text.joined(separator: ";"))
        }
        try await withListener(responder) { listener in
            let port = listener.port
            let response = try await onThread {
                try RawClient(port: port).ask(
                    "GET / HTTP/1.1\r\nHost: a\r\nX-One:1\r\nx-two:  zwei \u{e4}\r\nEmpty:\r\n\r\n")
            }
            #expect(response.body == "Host=a;X-One=1;x-two=zwei \u{e4};Empty=")
        }
    }

    @Test("with a query of 65,000 characters are served, however many arguments it has")
    func longQuery() async throws {
        let query = String(repeating: "&a", count: 32_500)
        try await withListener { listener in
            let port = listener.port
            let response = try await onThread {
                try RawClient(port: port).ask("GET /x?\(query) HTTP/1.1\r\nHost: a\r\n\r\n")
            }
            #expect(response.body == "GET /x?\(query) [0]")
        }
    }

    @Test("each have an identifier of their own, which the answer tells")
    func identifiers() async throws {
        let responder = Answering { Response(type: "text/plain", text: $0.id) }
        try await withListener(responder) { listener in
            let port = listener.port
            let responses = try await onThread {
                let client = try RawClient(port: port)
                return try (0..<100).map { _ in
                    try client.ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                }
            }
            #expect(Set(responses.map(\.body)).count == 100)
            for response in responses {
                #expect(response.headers["x-openstack-request-id"] == response.body)
                let groups = response.body.split(separator: "-")
                #expect(groups.map(\.count) == [3, 8, 4, 4, 4, 12])
                #expect(groups[3].first == "4")
                #expect("89ab".contains(groups[4].first ?? "?"))
            }
        }
    }

    @Test("on one connection are answered in their order, however long each takes")
    func pipelining() async throws {
        let last = Signal()
        let responder = Answering { request in
            if request.path == "/0" { await last.wait() }
            return Response(type: "text/plain", text: request.path)
        }
        try await withListener(responder) { listener in
            let port = listener.port
            let paths = try await onThread {
                let client = try RawClient(port: port)
                client.send(
                    (0..<20).map { "GET /\($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined())
                last.fire()
                return try (0..<20).map { _ in try client.response().body }
            }
            #expect(paths == (0..<20).map { "/\($0)" })
        }
    }

    @Test("that expect to be asked for their body are asked")
    func expectation() async throws {
        try await withListener { listener in
            let port = listener.port
            let (first, second) = try await onThread {
                let client = try RawClient(port: port)
                let first = try client.ask(
                    "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n"
                        + "Expect: 100-continue\r\n\r\n")
                return (first, try client.ask("abc"))
            }
            #expect(first.status == 100)
            #expect(second.body == "POST /x [3]")
        }
    }

    @Test("for the head alone get the length of the body and no body")
    func headOnly() async throws {
        try await withListener { listener in
            let port = listener.port
            let (head, next) = try await onThread {
                let client = try RawClient(port: port)
                client.send("HEAD /x HTTP/1.1\r\nHost: a\r\n\r\n")
                let head = try client.response(toHead: true)
                return (head, try client.ask("GET /y HTTP/1.1\r\nHost: a\r\n\r\n"))
            }
            #expect(head.status == 200)
            #expect(head.headers["content-length"] == "\("HEAD /x [0]".utf8.count)")
            #expect(next.body == "GET /y [0]")
        }
    }

    @Test("carry a body of megabytes unchanged")
    func largeBody() async throws {
        let responder = Answering { Response(body: .bytes($0.body.reversed())) }
        try await withListener(responder) { listener in
            let port = listener.port
            let isReversed = try await onThread {
                let body = (0..<5_000_003).map { UInt8(97 + $0 % 23) }
                let client = try RawClient(port: port)
                client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.count)\r\n\r\n")
                client.send(body)
                return try Array(client.response().body.utf8) == body.reversed()
            }
            #expect(isReversed)
        }
    }

    @Test("come from the address of their client")
    func peer() async throws {
        let responder = Answering { request in
            Response(type: "text/plain", text: "\(request.peer.address) \(request.peer.isSecure)")
        }
        try await withListener(responder) { listener in
            let port = listener.port
            let response = try await onThread {
                try RawClient(port: port).ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            }
            #expect(response.body == "127.0.0.1 false")
        }
    }
}
