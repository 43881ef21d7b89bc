package import HTTP
internal import Metrics

/// Counts publish requests that were refused as a whole, whoever refused them. Ceilometer's own
/// publisher loses the events of each of them, so an operator wants to be woken by this.
package enum PublishRefusals {
    /// Where publishers post.
    private static let path = PathPattern("/v2/events")

    /// Those that are there from the start, so that a rate can be seen from the first one on.
    static let statuses: [Status] = [.unauthorized, .forbidden, .contentTooLarge, .unavailable]

    static func counter(_ status: Status) -> Counter {
        Counter(label: "publish_refused", dimensions: [("status", "\(status.code)")])
    }

    /// For whoever answers before the route is reached: counts the refusal where the request was one
    /// of a publisher.
    package static func count(_ status: Status, of method: String, _ path: String) {
        if isPublishing(method, path) { counter(status).increment() }
    }

    /// The path as the router reads it, for which `/v2/events/` is the same route.
    static func isPublishing(_ method: String, _ path: String) -> Bool {
        guard method == "POST", let segments = PercentCoding.segments(of: path) else {
            return false
        }
        return Self.path.match(segments) != nil
    }
}
