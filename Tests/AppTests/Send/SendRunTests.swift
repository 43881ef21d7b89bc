import HTTP
import HTTPClient
import Synchronization
import TestSupport
import Testing

@testable import App

@Suite("Sending a file")
struct SendRunTests {
    private func send(
        _ text: String, to transport: ScriptedTransport, batch: Int = 10, parallel: Int = 3
    ) async throws -> SendReport {
        let scratch = try Scratch()
        try scratch.write(text, to: "events")
        let sender = BatchSender(
            transport, url: "https://a/v2/events", credentials: SendCredentials(),
            patience: SendPatience(limit: .zero), report: { _ in })
        let run = SendRun(
            sender, parallel: parallel, stop: StopRequest(), style: .lines, write: { _ in })
        let reader = try InputReader(scratch.path("events"))
        return await run.run(BatchSource(reader, BatchSource.Limits(events: batch)))
    }

    private static let taking = { @Sendable (_: Int, asked: ScriptedTransport.Asked) in
        Result<IncomingResponse, HTTPClientError>.success(.accepted(asked.lines.count))
    }

    @Test("sends every event once, in batches", arguments: [0, 1, 10, 11, 95])
    func everyEvent(count: Int) async throws {
        let transport = ScriptedTransport(Self.taking)
        let lines = (0..<count).map { "{\"n\": \($0)}" }
        let report = try await send(lines.joined(separator: "\n"), to: transport)
        #expect(report.isGood)
        #expect(report.tally.accepted == count)
        #expect(transport.asked.flatMap(\.lines).sorted() == lines.sorted())
        #expect(transport.asked.count == (count + 9) / 10)
        #expect(report.lines.count == 1)
    }

    @Test("sends what stands before a bad end, and says where that is")
    func badEnd() async throws {
        let transport = ScriptedTransport(Self.taking)
        let report = try await send("[{},\n{},\n{\"a\"", to: transport)
        #expect(!report.isGood)
        #expect(report.tally.accepted == 2)
        #expect(report.lines.contains { $0.contains("begins in line 3") })
        #expect(report.json.contains("\"complete\": false, \"error\": \"the input ends"))
    }

    @Test("rejects by itself what cannot be sent")
    func brokenText() async throws {
        let transport = ScriptedTransport(Self.taking)
        let report = try await send("[{},{\"a\": \"x\ny\"},{}]", to: transport)
        #expect(report.tally.accepted == 2)
        #expect(report.tally.rejections == ["invalid_json": 1])
        #expect(report.isWhole)
        #expect(!report.isGood)
        #expect(report.json.contains("{\"event\": 2, \"line\": 1, \"message_id\": null"))
    }

    @Test("ends where the server refuses, and counts what was given up")
    func refused() async throws {
        let transport = ScriptedTransport { _, _ in .success(IncomingResponse(status: 401)) }
        let lines = (0..<1000).map { "{\"n\": \($0)}" }
        let report = try await send(lines.joined(separator: "\n"), to: transport, parallel: 1)
        #expect(!report.isWhole)
        #expect(report.tally.answered == 0)
        #expect(report.tally.unsent >= 10)
        #expect(transport.asked.count < 10)
        #expect(report.lines.contains { $0.hasPrefix("NOT SENT: the server answers 401") })
    }

    @Test("says how many are in conflict, and names the first of them")
    func conflicts() async throws {
        let transport = ScriptedTransport { _, asked in
            let items = asked.lines.indices.map {
                "{\"index\": \($0), \"message_id\": \"m\", \"status\": \"conflict\", \"code\": \"conflict\", \"detail\": \"Other.\"}"
            }
            let body =
                "{\"accepted\": 0, \"conflicts\": \(items.count), \"items\": "
                + "[\(items.joined(separator: ","))]}"
            return .success(IncomingResponse(status: 200, body: Array(body.utf8)))
        }
        let lines = (0..<25).map { "{\"n\": \($0)}" }
        let report = try await send(lines.joined(separator: "\n"), to: transport)
        #expect(!report.isGood)
        #expect(report.lines[1] == "  event 1 (line 1, m): conflict: Other.")
        #expect(report.lines.last == "  and 15 more; --json lists them")
    }
}
