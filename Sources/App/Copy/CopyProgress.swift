/// What an operator sees while events are copied: one line that changes on a terminal, and a line now
/// and then elsewhere.
package struct CopyProgress {
    package enum Style: Sendable {
        case bar
        case lines
    }

    private let verb: String
    private let total: Int?
    private let style: Style
    private let start: ContinuousClock.Instant
    private let eventsAtStart: Int
    private let write: (String) -> Void
    private var shownAt: ContinuousClock.Instant

    /// - Parameters:
    ///   - verb: what is done to events: `copied`.
    ///   - total: how many events there are; nil where that is not known.
    ///   - done: how many of them an earlier run did.
    package init(
        _ verb: String, total: Int?, done: Int, style: Style,
        now: ContinuousClock.Instant = .now, write: @escaping (String) -> Void
    ) {
        self.verb = verb
        self.total = total
        self.style = style
        self.write = write
        start = now
        shownAt = now
        eventsAtStart = done
    }

    /// How long it has run, and how many events that were in each second.
    package func pace(_ done: Int, now: ContinuousClock.Instant = .now) -> CopyPace {
        CopyPace(events: done - eventsAtStart, time: now - start)
    }

    /// Shows how far it has come, unless it did a moment ago.
    package mutating func update(_ done: Int, now: ContinuousClock.Instant = .now) {
        let pause: Duration = style == .bar ? .milliseconds(200) : .seconds(10)
        guard now - shownAt >= pause else { return }
        shownAt = now
        let text = line(done, now: now)
        // To the start of the line, and nothing of the older text behind the new one.
        write(style == .bar ? "\r\(text)\u{1B}[K" : "annals: \(text)\n")
    }

    /// Ends the line that changes.
    package func finish() {
        if style == .bar { write("\r\u{1B}[K") }
    }

    private func line(_ done: Int, now: ContinuousClock.Instant) -> String {
        let pace = pace(done, now: now)
        let rate = "\(pace.rate) events/s"
        guard let total, total > 0 else { return "\(verb) \(done) events, \(rate)" }
        // Events may have come in since they were counted.
        let share = min(Double(done) / Double(total), 1)
        let percent = "\(Int(share * 100)) %"
        let left = pace.rate > 0 ? max(0, total - done) / pace.rate : 0
        let text =
            "\(verb) \(done) of \(total) events, \(rate), "
            + "\(Duration.seconds(left).inWords) left"
        guard style == .bar else { return "\(text) (\(percent))" }
        let filled = Int(share * 20)
        let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: 20 - filled)
        return "[\(bar)] \(percent) \(text)"
    }
}

/// So many events in so much time.
package struct CopyPace: Sendable, Equatable {
    package var events: Int
    package var time: Duration

    package init(events: Int = 0, time: Duration = .zero) {
        self.events = events
        self.time = time
    }

    /// Events a second.
    package var rate: Int {
        let seconds = time / .seconds(1)
        return seconds > 0 ? Int((Double(events) / seconds).rounded()) : 0
    }
}

extension Duration {
    /// `3 h 5 min`, `2 min 10 s`, `12 s`, `0.3 s`.
    package var inWords: String {
        let seconds = Int(components.seconds)
        switch seconds {
        case 0: return "\((self / .milliseconds(100)).rounded() / 10) s"
        case ..<60: return "\(seconds) s"
        case ..<3600: return "\(seconds / 60) min \(seconds % 60) s"
        default: return "\(seconds / 3600) h \(seconds / 60 % 60) min"
        }
    }
}
