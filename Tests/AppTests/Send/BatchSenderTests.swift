import HTTP
import HTTPClient
import Synchronization
import Testing
import Values

@testable import App

@Suite("Sending a batch")
struct BatchSenderTests {
    private static let events = (1...8).map {
        InputEvent(number: $0, line: $0, text: Array("{\"n\": \($0)}".utf8), isBroken: false)
    }
    private static let batch = EventBatch(events[...])

    /// Time that passes only where somebody waits.
    private final class Clock: Sendable {
        private let state = Mutex((now: ContinuousClock.now, pauses: [Duration]()))
        var now: ContinuousClock.Instant { state.withLock { $0.now } }
        var pauses: [Duration] { state.withLock { $0.pauses } }
        /// Since this clock began.
        var seconds: Int { Int(pauses.reduce(.zero, +) / .seconds(1)) }

        func wait(_ pause: Duration) {
            state.withLock { state in
                state.now += pause
                state.pauses.append(pause)
            }
        }
    }

    private func sender(
        _ transport: ScriptedTransport, _ clock: Clock = Clock(),
        credentials: SendCredentials = SendCredentials(), limit: Duration = .seconds(60)
    ) -> BatchSender {
        BatchSender(
            transport, url: "https://a/v2/events", credentials: credentials,
            patience: SendPatience(
                limit: limit, now: { clock.now }, seconds: { clock.seconds }, fraction: { 1 },
                sleep: { clock.wait($0) }),
            report: { _ in })
    }

    @Test("asks once where the server takes it")
    func once() async {
        let transport = ScriptedTransport { _, asked in .success(.accepted(asked.lines.count)) }
        let (tally, failure) = await sender(transport).send(Self.batch)
        #expect(failure == nil)
        #expect(tally.accepted == 8)
        #expect(tally.requests == 1)
        #expect(transport.asked.first?.lines == (1...8).map { "{\"n\": \($0)}" })
        #expect(transport.asked.first?.headers["Content-Encoding"] == "gzip")
    }

    @Test("asks again after what may pass", arguments: [408, 425, 429, 500, 502, 503, 504, 0])
    func again(status: Int) async {
        let clock = Clock()
        let transport = ScriptedTransport { number, asked in
            if number == 3 { return .success(.accepted(asked.lines.count)) }
            if status == 0 { return .failure(.cannotConnect(detail: "nobody there")) }
            return .success(IncomingResponse(status: status))
        }
        let (tally, failure) = await sender(transport, clock).send(Self.batch)
        #expect(failure == nil)
        #expect(tally.accepted == 8)
        #expect(tally.retries == 3)
        #expect(clock.pauses == [.milliseconds(200), .milliseconds(400), .milliseconds(800)])
    }

    @Test(
        "waits as long as the server asks for", arguments: ["7", "Thu, 01 Jan 1970 00:00:00 GMT"])
    func retryAfter(text: String) async {
        let clock = Clock()
        let transport = ScriptedTransport { number, asked in
            number == 0
                ? .success(IncomingResponse(status: 503, headers: ["Retry-After": text]))
                : .success(.accepted(asked.lines.count))
        }
        _ = await sender(transport, clock).send(Self.batch)
        #expect(clock.pauses == [text == "7" ? .seconds(7) : .milliseconds(200)])
    }

    @Test("gives up in time, and at once where the server wants a longer wait")
    func givesUp() async {
        let clock = Clock()
        let transport = ScriptedTransport { _, _ in
            .success(
                IncomingResponse(
                    status: 503, body: Array(#"{"error_message": {"faultstring": "Busy."}}"#.utf8)))
        }
        let (tally, failure) = await sender(transport, clock).send(Self.batch)
        #expect(failure?.kind == .away)
        #expect(failure?.reason.contains("503: Busy;") == true)
        #expect(tally.unsent == 8)
        #expect(clock.pauses.reduce(.zero, +) <= .seconds(60))
        #expect(clock.pauses.reduce(.zero, +) > .seconds(45))
        let patient = ScriptedTransport { _, _ in
            .success(IncomingResponse(status: 503, headers: ["Retry-After": "3600"]))
        }
        _ = await sender(patient).send(Self.batch)
        #expect(patient.asked.count == 1)
    }

    @Test("halves what is too large, and finds the event that is")
    func halves() async {
        let transport = ScriptedTransport { _, asked in
            let isTooLarge = asked.lines.count > 2 || asked.lines.contains("{\"n\": 5}")
            return .success(
                isTooLarge ? IncomingResponse(status: 413) : .accepted(asked.lines.count))
        }
        let (tally, failure) = await sender(transport).send(Self.batch)
        #expect(failure == nil)
        #expect(tally.accepted == 7)
        #expect(tally.rejections == ["too_large": 1])
        #expect(tally.problems.map(\.number) == [5])
        let taken = transport.asked.filter {
            $0.lines.count <= 2 && !$0.lines.contains("{\"n\": 5}")
        }
        #expect(taken.flatMap(\.lines).count == 7)
    }

    @Test(
        "gives up at once where it makes no sense to try again",
        arguments: [301, 400, 401, 403, 404, 405, 415, 418])
    func refused(status: Int) async {
        let transport = ScriptedTransport { _, _ in
            .success(
                IncomingResponse(
                    status: status, headers: ["Location": "https://b/"], body: Array("<html>".utf8))
            )
        }
        let (tally, failure) = await sender(transport).send(Self.batch)
        #expect(failure?.kind == .refused)
        #expect(failure?.reason.contains("\(status)") == true)
        #expect(tally.unsent == 8)
        #expect(transport.asked.count == 1)
    }

    @Test(
        "takes nothing for stored that the server has not answered for",
        arguments: [
            "", "{}", "[]", "OK", #"{"accepted": 7}"#, #"{"accepted": "8"}"#, #"{"accepted": 9}"#,
        ])
    func halfAnswer(body: String) async {
        let transport = ScriptedTransport { _, _ in
            .success(IncomingResponse(status: 200, body: Array(body.utf8)))
        }
        let (tally, failure) = await sender(transport).send(Self.batch)
        #expect(failure?.kind == .refused)
        #expect(tally.answered == 0)
        #expect(tally.unsent == 8)
    }

    @Test("tells which event was not plainly stored", arguments: [200, 400])
    func items(status: Int) async {
        let body = """
            {"accepted": 4, "duplicates": 1, "conflicts": 1, "rejected": 1, "spooled": 1, "items": [
              {"index": 0, "message_id": "a", "status": "accepted", "code": "kept_as_text", "detail": "x"},
              {"index": 1, "message_id": "b", "status": "duplicate", "code": "duplicate", "detail": "x"},
              {"index": 2, "message_id": "c", "status": "conflict", "code": "conflict", "detail": "x"},
              {"index": 3, "message_id": null, "status": "rejected", "code": "raw_only", "detail": "y"},
              {"index": 99, "message_id": null, "status": "rejected", "code": "raw_only", "detail": "y"},
              7]}
            """
        let transport = ScriptedTransport { _, _ in
            .success(IncomingResponse(status: status, body: Array(body.utf8)))
        }
        let (tally, failure) = await sender(transport).send(Self.batch)
        #expect(failure == nil)
        #expect(tally.changed == 1)
        #expect(tally.spooled == 1)
        #expect(tally.problems.map(\.number) == [3, 4])
        #expect(tally.problems.map(\.messageID) == ["c", nil])
        #expect(tally.rejections == ["raw_only": 1])
    }

    @Test("never signs the same bytes with the same time, which the server would take for a replay")
    func triesWithinASecond() async {
        var credentials = SendCredentials()
        credentials.signingSecret = Secret("key")
        let transport = ScriptedTransport { number, asked in
            .success(
                number == 5 ? .accepted(asked.lines.count) : IncomingResponse(status: 503))
        }
        _ = await sender(transport, credentials: credentials).send(Self.batch)
        let times = transport.asked.compactMap { $0.headers["X-Timestamp"] }
        #expect(times.count == 6)
        #expect(Set(times).count == 6)
    }

    @Test("never signs with a time far ahead, which no server would take")
    func timesOfALongOutage() async {
        var credentials = SendCredentials()
        credentials.signingSecret = Secret("key")
        let clock = Clock()
        let isAhead = Mutex(false)
        let transport = ScriptedTransport { number, asked in
            let time = asked.headers["X-Timestamp"].flatMap { Int($0) } ?? .max
            if number > 5, time > clock.seconds { isAhead.withLock { $0 = true } }
            return .success(
                number == 400 ? .accepted(asked.lines.count) : IncomingResponse(status: 503))
        }
        let (tally, _) = await sender(
            transport, clock, credentials: credentials, limit: .seconds(86_400)
        ).send(Self.batch)
        #expect(tally.accepted == 8)
        #expect(!isAhead.withLock { $0 })
    }

    @Test("signs each try anew, and shows who it is")
    func credentials() async {
        var credentials = SendCredentials()
        credentials.basic = ("aladdin", Secret("open sesame"))
        credentials.signingSecret = Secret("key")
        credentials.keyID = "k1"
        let transport = ScriptedTransport { _, asked in .success(.accepted(asked.lines.count)) }
        _ = await sender(transport, credentials: credentials).send(Self.batch)
        let headers = transport.asked.first?.headers
        // RFC 7617 has this pair as its example.
        #expect(headers?["Authorization"] == "Basic YWxhZGRpbjpvcGVuIHNlc2FtZQ==")
        #expect(headers?["X-Key-Id"] == "k1")
        #expect(headers?["X-Auth-Token"] == nil)
        var signed = Headers()
        credentials.basic = nil
        credentials.sign(&signed, body: Array("{}".utf8), now: 1_700_000_000)
        // printf '1700000000\n{}' | openssl dgst -sha256 -hmac key
        #expect(signed["X-Timestamp"] == "1700000000")
        #expect(
            signed["X-Signature"]
                == "v1=dc69947da92a4b74a8dc1043568a9cd906a846272955d61394a6ff449c53eb36")
        #expect(!"\(credentials)".contains("key\""))
    }
}
