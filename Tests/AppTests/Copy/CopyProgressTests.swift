import Synchronization
import Testing

@testable import App

@Suite("Progress of a copy")
struct CopyProgressTests {
    /// What is shown when it is asked after so many seconds with so many events.
    private func shown(
        _ style: CopyProgress.Style, total: Int?, before: Int = 0,
        _ updates: [(seconds: Double, events: Int)]
    ) -> [String] {
        let written = Mutex<[String]>([])
        let start = ContinuousClock.now
        var progress = CopyProgress(
            "copied", total: total, done: before, style: style, now: start
        ) { text in written.withLock { $0.append(text) } }
        for update in updates {
            progress.update(update.events, now: start + .seconds(update.seconds))
        }
        return written.withLock { $0 }
    }

    @Test("elsewhere than on a terminal there is a line every ten seconds")
    func lines() {
        let shown = shown(
            .lines, total: 4000, [(1, 100), (9.9, 900), (10, 1000), (11, 1100), (20, 2000)])
        #expect(
            shown == [
                "annals: copied 1000 of 4000 events, 100 events/s, 30 s left (25 %)\n",
                "annals: copied 2000 of 4000 events, 100 events/s, 20 s left (50 %)\n",
            ])
    }

    @Test("a terminal shows a bar that changes")
    func bar() {
        let shown = shown(.bar, total: 1000, [(0.1, 10), (2, 250)])
        #expect(
            shown == [
                "\r[#####...............] 25 % copied 250 of 1000 events, 125 events/s, 6 s left"
                    + "\u{1B}[K"
            ])
    }

    @Test("the rate is this run's, the share is of all runs")
    func resumed() {
        let shown = shown(.lines, total: 1000, before: 500, [(10, 600)])
        #expect(shown == ["annals: copied 600 of 1000 events, 10 events/s, 40 s left (60 %)\n"])
    }

    @Test("an unknown total, none at all, and more than were counted")
    func odd() {
        #expect(shown(.lines, total: nil, [(10, 50)]) == ["annals: copied 50 events, 5 events/s\n"])
        #expect(shown(.lines, total: 0, [(10, 0)]) == ["annals: copied 0 events, 0 events/s\n"])
        #expect(
            shown(.lines, total: 40, [(10, 50)])
                == ["annals: copied 50 of 40 events, 5 events/s, 0.0 s left (100 %)\n"])
    }

    @Test(
        "durations in words",
        arguments: [
            (.milliseconds(340), "0.3 s"), (.seconds(59), "59 s"), (.seconds(130), "2 min 10 s"),
            (.seconds(11_100), "3 h 5 min"),
        ] as [(Duration, String)])
    func words(duration: Duration, words: String) {
        #expect(duration.inWords == words)
    }
}
