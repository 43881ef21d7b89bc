import HTTP
import HTTPClient
import Listener
import TestSupport
import Testing

@Suite("Cancellation")
struct CancellationTests {
    @Test("ends a request that waits for its answer, and the connection with it")
    func underWay() async throws {
        let arrived = Signal()
        let left = Signal()
        let responder = Answering { _ in
            arrived.fire()
            await Signal().wait()
            left.fire()
            return Response()
        }
        try await withServer(responder) { server in
            let client = try HTTPClient()
            let url = server.url()
            let task = Task { await outcome(of: OutgoingRequest(url: url), by: client) }
            await arrived.wait()
            task.cancel()
            #expect(await task.value.label == "cancelled")
            // The server notices that its client has gone.
            await left.wait()
        }
    }

    @Test("comes in time where the task was cancelled before it sent")
    func beforehand() async throws {
        let client = try HTTPClient()
        let task = Task {
            // Fires never: the wait ends with the task's cancellation.
            await Signal().wait()
            return await outcome(of: OutgoingRequest(url: "http://127.0.0.1:1/"), by: client)
        }
        task.cancel()
        #expect(await task.value.label == "cancelled")
    }

    @Test("takes nothing from the requests beside it")
    func beside() async throws {
        try await withServer { server in
            let client = try HTTPClient(HTTPClientSettings(mostConnections: 8))
            let url = server.url()
            let labels = await withTaskGroup { group in
                for number in 0..<300 {
                    group.addTask {
                        let task = Task {
                            await outcome(of: OutgoingRequest(url: url), by: client).label
                        }
                        if number.isMultiple(of: 3) { task.cancel() }
                        return (number, await task.value)
                    }
                }
                return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
            }
            for (number, label) in labels {
                if number.isMultiple(of: 3) {
                    #expect(["cancelled", "200"].contains(label))
                } else {
                    #expect(label == "200")
                }
            }
            #expect(labels.count == 300)
        }
    }
}
