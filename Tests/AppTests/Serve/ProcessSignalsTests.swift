import Glibc
import Testing

@testable import App

@Suite("Signals")
struct ProcessSignalsTests {
    @Test("of the process arrive as values, in order, and end nothing")
    func arrive() async {
        let signals = ProcessSignals()
        var stream = signals.stream.makeAsyncIterator()
        kill(getpid(), SIGHUP)
        #expect(await stream.next() == .reload)
        kill(getpid(), SIGTERM)
        #expect(await stream.next() == .stop)
        kill(getpid(), SIGPIPE)
        signals.stop()
        #expect(await stream.next() == nil)
    }
}
