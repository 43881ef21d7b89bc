import HTTP
import Listener
import Testing

@Suite("What two servers could read differently")
struct StrictnessTests {
    private static let smuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"

    @Test(
        "is refused, and what follows on the connection is not served",
        arguments: [
            "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "0\r\n\r\n",
            "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n"
                + "0\r\n\r\n",
            "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\n",
            "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n",
            "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 0, 0\r\n\r\n",
            "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: +0\r\n\r\n",
            "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
            "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 0x0\r\n\r\n",
            "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n",
            "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length : 0\r\n\r\n",
            "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
            "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
            "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
            "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
                + "Transfer-Encoding: identity\r\n\r\n0\r\n\r\n",
            "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \u{b}chunked\r\n\r\n0\r\n\r\n",
            "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
            "POST /x HTTP/1.1\r\nHost: a\r\nX: y\r\n Content-Length: 5\r\n\r\n",
            "POST /x HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "GET /x HTTP/1.1\r\n\r\n",
            "GET /x HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
            "GET x HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET /a\u{7f} HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET /a\0b HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET /a\tb HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET /a HTTP/1.1\r\nHost: a\r\nX: 1\r2\r\n\r\n",
            "GET /a HTTP/1.1\r\nHost: a\r\nB\u{e4}d: 1\r\n\r\n",
            "GET /a HTTP/1.1\r\nHost: a\r\n: 1\r\n\r\n", "GET /a HTTP/1.1\r\nHost: a\r\n:\r\n\r\n",
            "GET /a HTTP/1.0\r\n:\r\n\r\n",
            "GET /a HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n",
        ])
    func refused(request: String) async throws {
        let served = Tally()
        let responder = Answering { _ in
            served.add()
            return Response()
        }
        try await withListener(responder) { listener in
            let port = listener.port
            let text = try await onThread {
                let client = try RawClient(port: port)
                client.send(request + Self.smuggled)
                return try client.receiveAll()
            }
            #expect(text.isEmpty || text.hasPrefix("HTTP/1.1 400 "), "\(text)")
            #expect(text.isEmpty || text.contains("Connection: close\r\n"))
            #expect(!text.contains("HTTP/1.1 2"))
            #expect(served.value == 0)
        }
    }

    @Test("gets an error of the API's shape where the listener is the one who refuses")
    func errorShape() async throws {
        try await withListener { listener in
            let port = listener.port
            let response = try await onThread {
                try RawClient(port: port).ask(
                    "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n"
                        + "Transfer-Encoding: chunked\r\n\r\n")
            }
            #expect(response.status == 400)
            #expect(response.headers["content-type"] == "application/json")
            #expect(response.headers["x-openstack-request-id"]?.hasPrefix("req-") == true)
            let sentence = "The request has both Content-Length and Transfer-Encoding."
            #expect(
                response.body == "{\"error_message\": {\"faultcode\": \"Client\", "
                    + "\"faultstring\": \"\(sentence)\", \"debuginfo\": null, \"code\": 400, "
                    + "\"title\": \"Bad Request\", \"description\": \"\(sentence)\"}}")
        }
    }

    @Test(
        "is refused where a body breaks off or its chunks do not add up",
        arguments: [
            "zz\r\nab\r\n", "2\r\nabc\r\n0\r\n\r\n", "-1\r\n", "\r\n\r\n",
            "fffffffffffffffffff\r\nab", "2 \r\nab\r\n0\r\n\r\n", "0x2\r\nab\r\n0\r\n\r\n",
        ])
    func brokenChunks(body: String) async throws {
        let served = Tally()
        let responder = Answering { _ in
            served.add()
            return Response()
        }
        try await withListener(responder) { listener in
            let port = listener.port
            let text = try await onThread {
                let client = try RawClient(port: port)
                client.send("POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
                client.send(body)
                return try client.receiveAll()
            }
            #expect(text.hasPrefix("HTTP/1.1 400 ") || text.hasPrefix("HTTP/1.1 413 "), "\(text)")
            #expect(served.value == 0)
        }
    }

    @Test(
        "never reaches the responder where less came than was announced",
        arguments: ["Content-Length: 10\r\n\r\nabc", "Transfer-Encoding: chunked\r\n\r\n5\r\nabc"])
    func shortBody(rest: String) async throws {
        let served = Tally()
        let responder = Answering { _ in
            served.add()
            return Response()
        }
        try await withListener(responder) { listener in
            let port = listener.port
            let text = try await onThread {
                let client = try RawClient(port: port)
                client.send("POST /x HTTP/1.1\r\nHost: a\r\n\(rest)")
                client.sendNoMore()
                return try client.receiveAll()
            }
            #expect(text == "")
            #expect(served.value == 0)
        }
    }

    @Test("ends the connection where more came than was announced")
    func longBody() async throws {
        try await withListener { listener in
            let port = listener.port
            let (first, rest) = try await onThread {
                let client = try RawClient(port: port)
                let first = try client.ask(
                    "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcdef\r\n\r\n")
                return (first, try client.receiveAll())
            }
            #expect(first.body == "POST /x [3]")
            #expect(rest == "" || rest.hasPrefix("HTTP/1.1 400 "), "\(rest)")
        }
    }

    @Test(
        "is refused in a version that is not ours",
        arguments: [
            "GET /x\r\n\r\n", "GET /x HTTP/0.9\r\n\r\n", "GET /x HTTP/2.0\r\nHost: a\r\n\r\n",
        ])
    func versions(request: String) async throws {
        try await withListener { listener in
            let port = listener.port
            let text = try await onThread {
                let client = try RawClient(port: port)
                client.send(request)
                return try client.receiveAll()
            }
            #expect(text.hasPrefix("HTTP/1.1 400 ") || text.hasPrefix("HTTP/1.1 505 "), "\(text)")
        }
    }
}
