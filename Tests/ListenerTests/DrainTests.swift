import Dispatch
import HTTP
import Listener
import TestSupport
import Testing

@Suite("Draining")
struct DrainTests {
    private static let request = "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"

    @Test("under load loses no response, and afterwards the port is free")
    func underLoad() async throws {
        let served = Tally()
        let acknowledged = Tally()
        let isBusy = Signal()
        let responder = Answering { _ in
            served.add()
            if served.value >= 2000 { isBusy.fire() }
            await Task.yield()
            return Response(type: "text/plain", text: "ok")
        }
        var settings = ListenerSettings()
        settings.port = 0
        let listener = try HTTPListener.start(settings, responder: responder)
        let port = listener.port
        let clients = (0..<16).map { _ in
            Task {
                try await onThread {
                    let client = try RawClient(port: port)
                    while true {
                        let response = try client.ask(Self.request)
                        acknowledged.add()
                        if response.headers["connection"] == "close" { return }
                    }
                }
            }
        }
        await isBusy.wait()
        await listener.drain(timeout: .seconds(20))
        for client in clients { try await client.value }
        #expect(acknowledged.value == served.value)
        #expect(listener.status.active == 0)
        settings.port = port
        let next = try HTTPListener.start(settings, responder: responder)
        await next.drain(timeout: .zero)
    }

    @Test("waits for a request that is under way, and closes connections that are idle")
    func waits() async throws {
        let (began, finish) = (Signal(), Signal())
        let responder = Answering { request in
            if request.path == "/slow" {
                began.fire()
                await finish.wait()
            }
            return Response(type: "text/plain", text: "done")
        }
        try await withListener(responder) { listener in
            let port = listener.port
            async let slow = onThread {
                try RawClient(port: port).ask("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
            }
            await began.wait()
            let idleEnded = Signal()
            async let idle = onThread {
                let client = try RawClient(port: port)
                _ = try client.ask(Self.request)
                idleEnded.fire()
                return try client.receiveAll()
            }
            await idleEnded.wait()
            async let drained: Void = listener.drain(timeout: .seconds(20))
            #expect(try await idle == "")
            finish.fire()
            let response = try await slow
            #expect(response.body == "done")
            #expect(response.headers["connection"] == "close")
            await drained
        }
    }

    @Test("cuts what is not done in time, and cancels its task")
    func timeout() async throws {
        let (began, ended) = (Signal(), Signal())
        let responder = Answering { _ in
            began.fire()
            await Signal().wait()
            ended.fire()
            return Response()
        }
        try await withListener(responder) { listener in
            let port = listener.port
            async let text = onThread {
                let client = try RawClient(port: port)
                client.send(Self.request)
                return try client.receiveAll()
            }
            await began.wait()
            await listener.drain(timeout: .milliseconds(50))
            await ended.wait()
            let received = try await text
            #expect(received == "")
        }
    }

    @Test("cuts a stream that has no end")
    func endlessStream() async throws {
        let responder = Answering { _ in
            Response(body: .stream(ResponseStream { [UInt8](repeating: 120, count: 1000) }))
        }
        try await withListener(responder) { listener in
            let port = listener.port
            let began = Signal()
            async let isCut = onThread {
                let client = try RawClient(port: port)
                client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                while !client.isClosed {
                    _ = try client.receive()
                    began.fire()
                }
                return true
            }
            await began.wait()
            await listener.drain(timeout: .milliseconds(50))
            let received = try await isCut
            #expect(received)
        }
    }

    @Test("can be asked for twice, and comes by itself for a listener that is let go")
    func twice() async throws {
        var settings = ListenerSettings()
        settings.port = 0
        var listener: HTTPListener? = try HTTPListener.start(settings, responder: Answering.echo)
        await listener?.drain(timeout: .seconds(1))
        await listener?.drain(timeout: .seconds(1))
        listener = try HTTPListener.start(settings, responder: Answering.echo)
        let port = try #require(listener?.port)
        let (asked, released) = (Signal(), DispatchSemaphore(value: 0))
        async let text = onThread {
            let client = try RawClient(port: port)
            _ = try client.ask(Self.request)
            asked.fire()
            released.wait()
            return try client.receiveAll()
        }
        await asked.wait()
        listener = nil
        released.signal()
        let received = try await text
        #expect(received == "")
    }
}
