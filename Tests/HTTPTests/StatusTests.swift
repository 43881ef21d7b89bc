import HTTP
import Testing

@Suite("Statuses")
struct StatusTests {
    @Test(
        "have the phrase of RFC 9110",
        arguments: [
            (Status.ok, "OK"), (.contentTooLarge, "Content Too Large"),
            (.headersTooLarge, "Request Header Fields Too Large"), (Status(299), "Status 299"),
        ])
    func phrase(status: Status, expected: String) {
        #expect(status.phrase == expected)
    }

    @Test("a response of text says what it is")
    func text() {
        let response = Response(type: "text/plain", text: "hé")
        #expect(response.status == .ok)
        #expect(response.headers["content-type"] == "text/plain")
        guard case .bytes(let bytes) = response.body else {
            Issue.record("the body is not bytes")
            return
        }
        #expect(bytes == Array("hé".utf8))
    }
}
