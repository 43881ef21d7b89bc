import Foundation
import HTTP
import Logging
import Synchronization
import Testing

@testable import Observability

/// The texts are those of Panko 12 with oslo.middleware, as recorded from a running one.
@Suite("Health")
struct HealthTests {
    private static let jsonOK = """
        {
            "detailed": false,
            "reasons": [
                "OK"
            ]
        }
        """
    private static let jsonDisabled = """
        {
            "detailed": false,
            "reasons": [
                "DISABLED BY FILE"
            ]
        }
        """

    @Test(
        "well, it answers as Panko's does",
        arguments: [
            ("GET", "/healthcheck", nil, 200, "text/plain; charset=UTF-8", "OK"),
            ("GET", "/healthcheck/", "*/*", 200, "text/plain; charset=UTF-8", "OK"),
            ("GET", "/healthcheck", "application/json", 200, "application/json", jsonOK),
            ("HEAD", "/healthcheck", nil, 204, nil, ""),
            ("POST", "/healthcheck", nil, 200, "text/plain; charset=UTF-8", "OK"),
        ] as [(String, String, String?, Int, String?, String)])
    func well(
        method: String, path: String, accept: String?, status: Int, type: String?, text: String
    ) async {
        let response = await Self.ask(method, path, accept: accept, probes: [])
        #expect(response.status.code == status)
        #expect(response.headers["Content-Type"] == type)
        #expect(response.text == text)
    }

    @Test(
        "a file takes it out of service",
        arguments: [
            ("GET", nil, "DISABLED BY FILE"), ("GET", "application/json", jsonDisabled),
            ("HEAD", nil, ""),
        ] as [(String, String?, String)])
    func disabled(method: String, accept: String?, text: String) async throws {
        let path = NSTemporaryDirectory() + "annals-disable-\(UUID().uuidString)"
        try Data().write(to: URL(fileURLWithPath: path))
        let response = await Self.ask(
            method, "/healthcheck", accept: accept, probes: [], disableFile: path)
        try FileManager.default.removeItem(atPath: path)
        #expect(response.status.code == 503)
        #expect(response.text == text)
    }

    @Test("a fault is 503 and names its culprit")
    func fault() async {
        let probes = [
            HealthProbe("database") { "disk full" }, HealthProbe("other") { nil },
        ]
        let response = await Self.ask("GET", "/healthcheck", accept: nil, probes: probes)
        #expect(response.status.code == 503)
        #expect(response.text == "database: disk full")
        let head = await Self.ask("HEAD", "/healthcheck", accept: nil, probes: probes)
        #expect(head.status.code == 503)
    }

    @Test("a page of HTML holds no markup of others")
    func html() async {
        let response = await Self.ask(
            "GET", "/healthcheck", accept: "text/html",
            probes: [HealthProbe("database") { "<script>" }])
        #expect(response.text.contains("<li>database: &lt;script&gt;</li>"))
    }

    @Test("asking again asks no probe again: the monitor does, by its own clock")
    func cached() async {
        let asked = Mutex(0)
        let monitor = HealthMonitor(
            probes: [
                HealthProbe("database") {
                    asked.withLock { $0 += 1 }
                    return nil
                }
            ], logger: Logger(label: "test"))
        for _ in 1...5 { #expect(await monitor.failures().isEmpty) }
        #expect(asked.withLock { $0 } == 1)
    }

    @Test("until the first answer of a probe, the service is not called well")
    func unknown() async {
        let (gate, opened) = AsyncStream.makeStream(of: Void.self)
        let (reached, reach) = AsyncStream.makeStream(of: Void.self)
        let monitor = HealthMonitor(
            probes: [
                HealthProbe("database") {
                    reach.yield()
                    for await _ in gate { break }
                    return nil
                }
            ], logger: Logger(label: "test"))
        let first = Task { await monitor.probe() }
        for await _ in reached { break }
        #expect(await monitor.failures() == ["database: has not answered yet"])
        opened.yield()
        await first.value
        #expect(await monitor.failures().isEmpty)
    }

    @Test("a probe that does not come back is a fault by its name")
    func hanging() async {
        let start = ContinuousClock.now
        let elapsed = Mutex(Duration.zero)
        let isHanging = Mutex(false)
        let (gate, opened) = AsyncStream.makeStream(of: Void.self)
        let monitor = HealthMonitor(
            probes: [
                HealthProbe("database") {
                    if isHanging.withLock({ $0 }) { for await _ in gate { break } }
                    return nil
                }
            ], now: { start + elapsed.withLock { $0 } }, logger: Logger(label: "test"))
        await monitor.probe()
        isHanging.withLock { $0 = true }
        async let hanging: Void = monitor.probe()
        elapsed.withLock { $0 = .seconds(60) }
        var failures: [String] = []
        // The other task gets its turn while this one waits for the actor.
        while failures != ["database: has not answered in time"] {
            failures = await monitor.failures()
            await Task.yield()
        }
        opened.yield()
        await hanging
        #expect(await monitor.failures().isEmpty)
    }

    private static func ask(
        _ method: String, _ path: String, accept: String?, probes: [HealthProbe],
        disableFile: String? = nil
    ) async -> Response {
        let monitor = HealthMonitor(probes: probes, logger: Logger(label: "test"))
        var headers = Headers()
        if let accept { headers["Accept"] = accept }
        return await HealthPage(monitor: monitor, disableFile: disableFile)
            .respond(to: Request(method: method, path: path, headers: headers))
    }
}
