import Glibc
import Testing

@testable import App

@Suite("Signals")
struct ProcessSignalsTests {
    @Test("of the process arrive as values, in order, and end nothing")
    func arrive() async {
        let signals = ProcessSignals()
        var stream = signals.stream.makeAsyncIterator()
        Self.receive(SIGHUP)
        #expect(await stream.next() == .reload)
        Self.receive(SIGTERM)
        #expect(await stream.next() == .stop)
        Self.receive(SIGPIPE)
        signals.stop()
        #expect(await stream.next() == nil)
    }

    /// On this thread and no other: a signal to the whole process would interrupt what the tests
    /// beside this one are doing.
    private static func receive(_ number: Int32) {
        var only = sigset_t()
        var before = sigset_t()
        sigemptyset(&only)
        sigaddset(&only, number)
        pthread_sigmask(SIG_UNBLOCK, &only, &before)
        raise(number)
        pthread_sigmask(SIG_SETMASK, &before, nil)
    }
}
