import HTTP
import HTTPClient
import Listener
import Testing

@Suite("Failures")
struct FailureTests {
    /// What a server says, and what comes of it.
    struct Case: Sendable, CustomTestStringConvertible {
        let answer: RawServer.Answer
        let label: String
        var testDescription: String { "\(answer)".prefix(60).description }
    }

    private static let head = "HTTP/1.1 200 OK\r\n"

    @Test(
        "of a server are told apart",
        arguments: [
            Case(answer: .silence, label: "timed_out"),
            Case(answer: .text(head + "Content-Length: 9\r\n\r\nhalf"), label: "broken"),
            Case(answer: .text(""), label: "broken"),
            Case(answer: .text("220 mail.example ESMTP\r\n"), label: "broken"),
            Case(answer: .text(head + "Transfer-Encoding: chunked\r\n\r\nzz\r\n"), label: "broken"),
            Case(answer: .text(head + "Content-Length: 2000\r\n\r\n"), label: "too_large"),
            Case(
                answer: .text(head + "\r\n" + String(repeating: "x", count: 2000)),
                label: "too_large"),
            Case(
                answer: .text(head + String(repeating: "X-A: b\r\n", count: 40_000) + "\r\n"),
                label: "too_large"),
        ])
    func told(apart example: Case) async throws {
        let server = try RawServer([example.answer])
        let client = try HTTPClient(HTTPClientSettings(timeout: .seconds(1), mostBytes: 1000))
        let request = OutgoingRequest(
            url: "http://127.0.0.1:\(server.port)/path?token=s3cret",
            headers: ["Authorization": "Bearer s3cret"])
        let outcome = await outcome(of: request, by: client)
        #expect(outcome.label == example.label)
        #expect(!"\(outcome) \(request)".contains("s3cret"))
    }

    @Test("name a port where nobody listens")
    func nobodyListens() async throws {
        // A port that a server has just left may be another test's by now.
        let outcome = await outcome(
            of: OutgoingRequest(url: "http://127.0.0.1:1/"), by: try HTTPClient())
        #expect(outcome.label == "cannot_connect")
    }

    @Test(
        "of a URL are found before anything is sent",
        arguments: [
            "", "/v2/events", "host:8977/x", "ftp://127.0.0.1/", "file:///etc/passwd",
            "http://", "http://127.0.0.1:99999/", "http://user:s3cret@127.0.0.1/",
            "https://user@127.0.0.1/", "http://127.0.0.1/a b", "http://127.0.0.1/\r\nX: y",
            "http://127.0.0.1/é",
        ])
    func badURL(url: String) async throws {
        let outcome = await outcome(of: OutgoingRequest(url: url), by: try HTTPClient())
        #expect(outcome.label == "invalid_url")
        #expect(!"\(outcome)".contains("s3cret"))
    }

    @Test(
        "of header fields are found before anything is sent",
        arguments: [
            ("X-Auth-Token", "s3cret\r\nX-Roles: admin"), ("X-Auth-Token", "s3cret\n"),
            ("X-Auth-Token", "s3cret\u{0}"), ("X Auth", "a"), ("X-Auth:", "a"), ("", "a"),
        ])
    func badField(name: String, value: String) async throws {
        try await withServer { server in
            var headers = Headers()
            headers.append(name, value)
            let request = OutgoingRequest(url: server.url(), headers: headers)
            let outcome = await outcome(of: request, by: try HTTPClient())
            #expect(outcome.label == "invalid_url")
            #expect(!"\(outcome)".contains("s3cret"))
            #expect(server.status.accepted == 0)
        }
    }

    @Test("of a method are found before anything is sent", arguments: ["", "GET /x", "A\r\nB"])
    func badMethod(method: String) async throws {
        let request = OutgoingRequest(method: method, url: "http://127.0.0.1:1/")
        #expect(await outcome(of: request, by: try HTTPClient()).label == "invalid_url")
    }

    @Test("are no answers of the server that say what is wrong", arguments: [400, 401, 404, 503])
    func errorStatus(status: Int) async throws {
        let responder = Answering { _ in
            Response(status: Status(status), headers: ["Retry-After": "7"], body: .bytes([1, 2]))
        }
        try await withServer(responder) { server in
            let response = try await HTTPClient().send(OutgoingRequest(url: server.url()))
            #expect(response.status == status)
            #expect(response.headers["Retry-After"] == "7")
            #expect(response.body == [1, 2])
        }
    }
}
