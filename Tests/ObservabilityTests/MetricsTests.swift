import HTTP
import Metrics
import Testing

@testable import Observability

@Suite("Metrics")
struct MetricsTests {
    private let registry = MetricsRegistry(
        help: ["annals_events_accepted_total": "Events stored.\nOnce by \\id."], seriesLimit: 3)
    private var factory: PrometheusFactory { PrometheusFactory(registry: registry) }

    @Test("a counter has its help, its type and its value, in that order")
    func counter() {
        factory.makeCounter(label: "events_accepted", dimensions: []).increment(by: 7)
        let expected = """
            # HELP annals_events_accepted_total Events stored.\\nOnce by \\\\id.
            # TYPE annals_events_accepted_total counter
            annals_events_accepted_total 7

            """
        #expect(MetricsText(registry).text == expected)
    }

    @Test("labels are ordered by name, and their values escaped")
    func labels() {
        factory.makeCounter(label: "x", dimensions: [("b", "1"), ("a", "q\"\\\nz")])
            .increment(by: 1)
        factory.makeCounter(label: "x", dimensions: [("a", "q\"\\\nz"), ("b", "1")])
            .increment(by: 1)
        let text = MetricsText(registry).text
        #expect(text.contains("annals_x_total{a=\"q\\\"\\\\\\nz\",b=\"1\"} 2\n"))
    }

    @Test(
        "names hold only what is allowed, and begin with ours",
        arguments: [
            ("http.requests", "annals_http_requests_total"),
            ("annals_done_total", "annals_done_total"), ("größe", "annals_gr__e_total"),
            ("1st", "annals_1st_total"),
        ])
    func names(label: String, name: String) {
        #expect(MetricName.metric(label, suffix: "_total") == name)
    }

    @Test("a timer is a histogram of seconds whose buckets add up")
    func timer() {
        let timer = factory.makeTimer(label: "commit_duration", dimensions: [("store", "s")])
        timer.recordNanoseconds(2_000_000)
        timer.recordNanoseconds(2_500_000)
        timer.recordNanoseconds(20_000_000_000)
        let text = MetricsText(registry).text
        let name = "annals_commit_duration_seconds"
        #expect(text.contains("# TYPE \(name) histogram\n"))
        #expect(text.contains("\(name)_bucket{store=\"s\",le=\"0.001\"} 0\n"))
        #expect(text.contains("\(name)_bucket{store=\"s\",le=\"0.0025\"} 2\n"))
        #expect(text.contains("\(name)_bucket{store=\"s\",le=\"10\"} 2\n"))
        #expect(text.contains("\(name)_bucket{store=\"s\",le=\"+Inf\"} 3\n"))
        #expect(text.contains("\(name)_sum{store=\"s\"} 20.0045\n"))
        #expect(text.contains("\(name)_count{store=\"s\"} 3\n"))
    }

    @Test(
        "a gauge shows its last value",
        arguments: [
            (3, "3"), (2.5, "2.5"), (.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"),
        ])
    func gauge(value: Double, written: String) {
        let meter = factory.makeMeter(label: "depth", dimensions: [])
        meter.set(1.0)
        meter.set(value)
        #expect(MetricsText(registry).text.hasSuffix("annals_depth \(written)\n"))
    }

    @Test("a family has so many series and no more: the rest is counted together")
    func limit() {
        for value in 1...10 {
            factory.makeCounter(label: "x", dimensions: [("v", "\(value)")]).increment(by: 1)
        }
        let lines = MetricsText(registry).text.split(separator: "\n").dropFirst(2)
        #expect(lines.count == 4)
        #expect(lines.contains("annals_x_total{v=\"other\"} 7"))
    }

    @Test("a name that has a type already keeps it")
    func clash() {
        factory.makeMeter(label: "x_total", dimensions: []).set(Int64(5))
        factory.makeCounter(label: "x", dimensions: []).increment(by: 1)
        let text = MetricsText(registry).text
        #expect(text.contains("# TYPE annals_x_total gauge\nannals_x_total 5\n"))
        #expect(text.split(separator: "\n").count == 3)
    }

    @Test("the page is text of Prometheus' version, read when the gauges are fresh")
    func page() async {
        let gauge = factory.makeMeter(label: "depth", dimensions: [])
        let page = MetricsPage(registry: registry) { gauge.set(Int64(42)) }
        let response = await page.respond(to: Request(method: "GET", path: "/metrics"))
        #expect(response.headers["Content-Type"]?.hasPrefix("text/plain; version=0.0.4") == true)
        #expect(response.text.contains("annals_depth 42\n"))
    }
}

extension Response {
    /// The body of an answer that is ready.
    var text: String {
        guard case .bytes(let bytes) = body else { return "" }
        return String(decoding: bytes, as: UTF8.self)
    }
}
