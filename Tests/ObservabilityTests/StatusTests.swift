import HTTP
import Testing

@testable import Observability

@Suite("Status page")
struct StatusTests {
    private struct Source: StatusSource {
        let section: String
        let known: [Fact]

        func facts() async -> [Fact] { known }
    }

    @Test("has a section for each source, in order")
    func sections() async {
        let page = StatusPage(sources: [
            Source(section: "service", known: [Fact("version", "1"), Fact("uptime", 3)]),
            Source(section: "store", known: [Fact("durable", true), Fact("failure", .missing)]),
        ])
        let response = await page.respond(to: Request(method: "GET", path: "/status"))
        #expect(response.status == .ok)
        #expect(response.headers["Content-Type"] == "application/json")
        let expected = """
            {
                "service": {
                    "version": "1",
                    "uptime": 3
                },
                "store": {
                    "durable": true,
                    "failure": null
                }
            }

            """
        #expect(response.text == expected)
    }
}
