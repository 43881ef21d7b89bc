/// Puts the events of the input together into batches.
package struct BatchSource {
    /// Bounds of one batch.
    package struct Limits: Sendable, Equatable {
        package var events: Int
        package var bytes: Int

        package init(events: Int = 1000, bytes: Int = 1 << 20) {
            self.events = events
            self.bytes = bytes
        }
    }

    package enum Step: Sendable {
        case batch(EventBatch)
        case nothingYet
        case end
    }

    private let reader: InputReader
    private let limits: Limits
    private var splitter = EventSplitter()
    private var waiting: [InputEvent] = []
    private var waitingBytes = 0
    private var ready: [EventBatch] = []
    /// Events that cannot be sent, to be reported.
    private var broken: [InputEvent] = []
    private var isOver = false
    /// Why the input ended before its end; told once the batches before it are given.
    private var failure: SendFailure?

    package init(_ reader: InputReader, _ limits: Limits) {
        self.reader = reader
        self.limits = limits
    }

    /// The next batch. One that is not full goes when nothing more comes for a moment.
    ///
    /// - Throws: where the input is no good; all that was good before it has been given then.
    package mutating func next() async throws(SendFailure) -> Step {
        while ready.isEmpty {
            if isOver {
                if let failure { throw failure }
                return .end
            }
            do throws(SendFailure) {
                let piece = try await reader.next()
                if piece == .nothingYet, waiting.isEmpty { return .nothingYet }
                try take(piece)
            } catch {
                failure = error
                isOver = true
                add(splitter.takeEvents())
                flush()
            }
        }
        return .batch(ready.removeFirst())
    }

    /// What was found since the last call.
    package mutating func takeBroken() -> [InputEvent] {
        defer { broken = [] }
        return broken
    }

    private mutating func take(_ piece: InputReader.Piece) throws(SendFailure) {
        switch piece {
        case .bytes(let bytes):
            try splitter.take(bytes)
            add(splitter.takeEvents())
        case .nothingYet: flush()
        case .end:
            try splitter.finish()
            isOver = true
            add(splitter.takeEvents())
            flush()
        }
    }

    private mutating func add(_ events: [InputEvent]) {
        for event in events {
            if event.isBroken {
                broken.append(event)
                continue
            }
            if waitingBytes + event.text.count > limits.bytes { flush() }
            waiting.append(event)
            waitingBytes += event.text.count
            if waiting.count >= limits.events { flush() }
        }
    }

    private mutating func flush() {
        if !waiting.isEmpty { ready.append(EventBatch(waiting[...])) }
        waiting = []
        waitingBytes = 0
    }
}
