import HTTP
import Testing

@Suite("Header fields")
struct HeadersTests {
    @Test(
        "are found without regard to case",
        arguments: ["content-type", "CONTENT-TYPE", "Content-Type"])
    func lookup(name: String) {
        let headers: Headers = ["Content-Type": "text/plain", "Content-Length": "3"]
        #expect(headers[name] == "text/plain")
    }

    @Test("differ where only a bit that is no case does")
    func bracket() {
        let headers: Headers = ["a[": "1"]
        #expect(headers["a{"] == nil)
        #expect(headers["A["] == "1")
    }

    @Test("give the first of several values; setting one replaces them all, at the end")
    func several() {
        var headers = Headers()
        headers.append("Via", "a")
        headers.append("Host", "h")
        headers.append("via", "b")
        #expect(headers["VIA"] == "a")
        #expect(headers.values("via") == ["a", "b"])
        #expect(headers.values("age").isEmpty)
        headers["Via"] = "c"
        #expect(headers.fields.map(\.name) == ["Host", "Via"])
        #expect(headers["via"] == "c")
        headers["via"] = nil
        #expect(headers.fields.map(\.name) == ["Host"])
    }
}
