import Testing

@testable import Spool

@Suite("Catching up")
struct CatchUpTests {
    @Test("nobody waits while nothing is drained")
    func idle() async {
        let catchUp = CatchUp()
        await catchUp.turn(of: 1_000_000, within: .seconds(3600))
        await catchUp.turn(of: 1, within: .seconds(3600))
        #expect(await catchUp.waiting == 0)
    }

    @Test("at most half as many come in as go out, first come first served")
    func half() async {
        let catchUp = CatchUp()
        await catchUp.drained(10)
        await catchUp.turn(of: 5, within: .seconds(3600))
        let first = Task { await catchUp.turn(of: 100, within: .seconds(3600)) }
        while await catchUp.waiting < 1 { await Task.yield() }
        let second = Task { await catchUp.turn(of: 1, within: .seconds(3600)) }
        while await catchUp.waiting < 2 { await Task.yield() }
        await catchUp.drained(2)
        await first.value
        #expect(await catchUp.waiting == 1)
        // The large one has used up what comes next.
        await catchUp.drained(190)
        #expect(await catchUp.waiting == 1)
        await catchUp.drained(10)
        await second.value
    }

    @Test("everybody goes on when the spool is empty, or the store takes nothing")
    func stopping() async {
        let catchUp = CatchUp()
        await catchUp.drained(0)
        let callers = (0..<5).map { _ in
            Task { await catchUp.turn(of: 10, within: .seconds(3600)) }
        }
        while await catchUp.waiting < 5 { await Task.yield() }
        await catchUp.stop()
        for caller in callers { await caller.value }
        await catchUp.turn(of: 10, within: .seconds(3600))
    }

    @Test("a store that hangs is waited for once, by one, and not by all")
    func hanging() async {
        let catchUp = CatchUp()
        await catchUp.drained(0)
        let patient = Task { await catchUp.turn(of: 1, within: .seconds(3600)) }
        while await catchUp.waiting < 1 { await Task.yield() }
        await catchUp.turn(of: 1, within: .milliseconds(1))
        await patient.value
    }
}
