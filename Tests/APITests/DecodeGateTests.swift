import Synchronization
import Testing

@testable import API

@Suite("The gate before decoding")
struct DecodeGateTests {
    @Test("lets no more bytes in than fit, and everybody in the end")
    func bound() async {
        let gate = DecodeGate(capacity: 300_000)
        let tally = Tally()
        await withTaskGroup { group in
            for index in 0..<40 {
                group.addTask {
                    let bytes = 70_000 + index * 1000
                    await gate.pass(bytes) {
                        tally.enter(bytes)
                        await Task.yield()
                        tally.leave(bytes)
                    }
                }
            }
        }
        #expect(tally.most <= 300_000)
        #expect(tally.now == 0)
    }

    @Test("lets a body alone that is larger than all the room, and small ones always")
    func extremes() async {
        let gate = DecodeGate(capacity: 100_000)
        let answer = await gate.pass(1 << 30) {
            // The room is taken; a body of one event passes all the same.
            await gate.pass(900) { "small" } + " beside large"
        }
        #expect(answer == "small beside large")
        #expect(await gate.queueDepth == 0)
    }

    private struct Failure: Error {}

    @Test("gives the room back when the work fails")
    func failure() async {
        let gate = DecodeGate(capacity: 100_000)
        for _ in 0..<3 {
            await #expect(throws: Failure.self) {
                try await gate.pass(100_000) { () async throws(Failure) in throw Failure() }
            }
        }
    }
}

private final class Tally: Sendable {
    private let state = Mutex((now: 0, most: 0))

    func enter(_ bytes: Int) {
        state.withLock {
            $0.now += bytes
            $0.most = max($0.most, $0.now)
        }
    }

    func leave(_ bytes: Int) { state.withLock { $0.now -= bytes } }

    var now: Int { state.withLock { $0.now } }
    var most: Int { state.withLock { $0.most } }
}
