import HTTP
import HTTPClient
import Listener
import Testing

@Suite("Requests")
struct RequestTests {
    @Test(
        "arrive as they were made",
        arguments: ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
        [0, 3, 3 << 20])
    func arrive(method: String, size: Int) async throws {
        let body = (0..<size).map { UInt8(truncatingIfNeeded: $0) }
        try await withServer { server in
            let response = try await HTTPClient().send(
                OutgoingRequest(
                    method: method, url: server.url("/a%2Fb?c=%26&c=d"),
                    headers: ["X-Auth-Token": "t", "Content-Type": "x/y"], body: body))
            #expect(response.status == 200)
            #expect(response.headers["x-method"] == method)
            #expect(response.headers["X-Target"] == "/a%2Fb?c=%26&c=d")
            #expect(response.headers["X-Token"] == "t")
            #expect(response.headers["X-Type"] == "x/y")
            #expect(response.headers["X-Agent"] == "annals")
            #expect(response.headers["X-Expect"] == "none")
            #expect(response.body == body)
        }
    }

    @Test("of HEAD end with the head")
    func head() async throws {
        try await withServer { server in
            let response = try await HTTPClient().send(
                OutgoingRequest(method: "HEAD", url: server.url()))
            #expect(response.status == 200)
            #expect(response.body.isEmpty)
        }
    }

    @Test("carry nothing that nobody asked for")
    func nothingAdded() async throws {
        try await withServer { server in
            let response = try await HTTPClient().send(
                OutgoingRequest(method: "POST", url: server.url(), body: Array("{}".utf8)))
            #expect(response.headers["X-Type"] == "none")
        }
    }

    @Test("may carry a field without a value")
    func emptyField() async throws {
        let responder = Answering { request in
            Response(type: "text/plain", text: "<\(request.headers["X-Auth-Token"] ?? "none")>")
        }
        try await withServer(responder) { server in
            let response = try await HTTPClient().send(
                OutgoingRequest(url: server.url(), headers: ["X-Auth-Token": ""]))
            #expect(response.body == Array("<>".utf8))
        }
    }

    @Test("are not sent on where the answer is a redirect", arguments: [301, 302, 303, 307, 308])
    func redirect(status: Int) async throws {
        let responder = Answering { _ in
            Response(status: Status(status), headers: ["Location": "/elsewhere"])
        }
        try await withServer(responder) { server in
            let response = try await HTTPClient().send(OutgoingRequest(url: server.url()))
            #expect(response.status == status)
            #expect(response.headers["Location"] == "/elsewhere")
        }
    }

    @Test("share a connection one after the other")
    func keepAlive() async throws {
        try await withServer { server in
            let client = try HTTPClient()
            for _ in 0..<20 {
                let request = OutgoingRequest(method: "POST", url: server.url(), body: [1])
                #expect(try await client.send(request).status == 200)
            }
            #expect(server.status.accepted == 1)
        }
    }

    @Test("wait in line where as many connections are open as may be")
    func bounded() async throws {
        let crowd = Crowd()
        let responder = Answering { _ in
            crowd.enter()
            await Task.yield()
            crowd.leave()
            return Response()
        }
        try await withServer(responder) { server in
            let client = try HTTPClient(
                HTTPClientSettings(
                    connectTimeout: .seconds(600), timeout: .seconds(600), mostConnections: 4))
            let url = server.url()
            let answered = await withTaskGroup { group in
                for _ in 0..<200 {
                    group.addTask { await outcome(of: OutgoingRequest(url: url), by: client) }
                }
                return await group.reduce(into: 0) { $0 += $1.label == "200" ? 1 : 0 }
            }
            #expect(answered == 200)
            #expect(crowd.most <= 4)
            #expect(server.status.accepted <= 4)
        }
    }

    @Test("go over a new connection where the server has closed the old one")
    func closedMeanwhile() async throws {
        let text = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        let server = try RawServer([.text(text)])
        let client = try HTTPClient()
        for _ in 0..<10 {
            let response = try await client.send(
                OutgoingRequest(url: "http://127.0.0.1:\(server.port)/"))
            #expect(response.body == Array("ok".utf8))
        }
    }

    @Test("take the last answer's fields where another came before it")
    func answerOnTheWay() async throws {
        let server = try RawServer([
            .text(
                "HTTP/1.1 103 Early Hints\r\nX-A: early\r\n\r\n"
                    + "HTTP/1.1 200 OK\r\nX-A:  late \r\nX-B:\r\nContent-Length: 0\r\n\r\n")
        ])
        let response = try await HTTPClient().send(
            OutgoingRequest(url: "http://127.0.0.1:\(server.port)/"))
        #expect(response.headers.fields.map(\.name) == ["X-A", "X-B", "Content-Length"])
        #expect(response.headers["X-A"] == "late")
        #expect(response.headers["X-B"] == "")
    }
}
