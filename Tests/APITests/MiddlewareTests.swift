import API
import HTTP
import Testing

@Suite("What stands before Panko")
struct MiddlewareTests {
    @Test(
        "browsers are told what Panko's middleware tells them",
        arguments: [
            "cors-get-error", "cors-get-invalid", "cors-get-valid", "cors-preflight-badheader",
            "cors-preflight-badmethod", "cors-preflight-badorigin", "cors-preflight-events",
            "cors-preflight-root",
        ])
    func cors(name: String) async throws {
        let exchange = try Exchange("middleware/\(name).txt")
        let house = House(
            cors: CORSSettings(allowedOrigins: ["http://valid.example.com"]))
        let answer = await house.send(exchange.request)
        #expect(answer.status.code == exchange.status)
        for field in Exchange.corsFields {
            #expect(answer.headers[field] == exchange.headers[field], "\(field)")
        }
        #expect(answer.json == JSONTree(exchange.body) || exchange.status != 200)
    }

    @Test("every origin may be allowed, and none is unless configured")
    func origins() async {
        let request = Request("GET", "/", headers: ["Origin": "https://a.example"])
        let open = await House(cors: CORSSettings(allowedOrigins: ["*"])).send(request)
        #expect(open.headers["Access-Control-Allow-Origin"] == "https://a.example")
        #expect(await House().send(request).headers["Access-Control-Allow-Origin"] == nil)
    }

    @Test(
        "a trusted proxy says how clients reach us",
        arguments: ["proxy-forwarded-prefix", "proxy-forwarded-proto", "proxy-forwarded-rfc7239"])
    func proxies(name: String) async throws {
        let exchange = try Exchange("middleware/\(name).txt")
        let house = House(settings: APISettings(trustsProxyHeaders: true))
        #expect(await house.send(exchange.request).json == JSONTree(exchange.body))
    }

    @Test("nobody else does")
    func untrusted() async throws {
        let exchange = try Exchange("middleware/proxy-forwarded-prefix.txt")
        let answer = await House().send(exchange.request)
        #expect(answer.text.contains(#""href": "http://127.0.0.1:18980/v2""#))
    }

    @Test("over TLS the links say so")
    func secure() async {
        var request = Request("GET", "/", headers: ["Host": "h:1"])
        request.peer = Peer(isSecure: true)
        #expect(await House().send(request).text.contains(#""href": "https://h:1/v2""#))
    }
}

/// One recorded exchange: `### REQUEST`, head, `### RESPONSE`, head, empty line, body.
private struct Exchange {
    static let corsFields = [
        "Vary", "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials",
        "Access-Control-Max-Age", "Access-Control-Allow-Methods", "Access-Control-Allow-Headers",
        "Access-Control-Expose-Headers",
    ]

    let request: Request
    let status: Int
    let headers: Headers
    let body: String

    init(_ fixture: String) throws {
        let text = String(decoding: try Fixture.bytes(fixture), as: UTF8.self)
            .split(separator: "\r\n", omittingEmptySubsequences: false).joined(separator: "\n")
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let split = try #require(lines.firstIndex(of: "### RESPONSE"))
        let first = lines[1].split(separator: " ").map(String.init)
        request = Request(first[0], first[1], headers: Self.fields(lines[2..<split]))
        status = try #require(Int(lines[split + 1].split(separator: " ")[1]))
        let head = lines[(split + 2)...]
        let end = head.firstIndex(of: "") ?? head.endIndex
        headers = Self.fields(head[..<end])
        body = head[end...].joined(separator: "\n")
    }

    private static func fields(_ lines: ArraySlice<String>) -> Headers {
        var headers = Headers()
        for line in lines {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            headers.append(String(parts[0]), parts[1].trimmingPrefix(" ").description)
        }
        return headers
    }
}
