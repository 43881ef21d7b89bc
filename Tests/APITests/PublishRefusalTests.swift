import Testing

@testable import API

@Suite("Refusals before the route is reached")
struct PublishRefusalTests {
    @Test(
        "are counted on every path that the router takes for the publishers'",
        arguments: ["/v2/events", "/v2/events/", "//v2//events//", "/v2/%65vents", "/v2%2Fevents"])
    func publishing(path: String) {
        #expect(PublishRefusals.isPublishing("POST", path))
        #expect(!PublishRefusals.isPublishing("GET", path))
    }

    @Test(
        "are not counted elsewhere",
        arguments: ["/", "/v2/events/a", "/v2/event_types", "/v2/Events", "/v2/%FFevents", "/v2"])
    func others(path: String) {
        #expect(!PublishRefusals.isPublishing("POST", path))
    }
}
