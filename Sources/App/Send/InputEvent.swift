/// One event of the input, as text.
package struct InputEvent: Sendable, Equatable {
    /// Counted from one, over the whole input.
    package let number: Int
    /// Where it begins, counted from one.
    package let line: Int
    /// JSON without line ends.
    package let text: [UInt8]
    /// A text within it holds a line end, which JSON does not allow and which cannot be sent.
    package let isBroken: Bool
}

/// Events that are sent together.
package struct EventBatch: Sendable, Equatable {
    package let events: ArraySlice<InputEvent>

    package init(_ events: ArraySlice<InputEvent>) {
        self.events = events
    }

    /// An event on each line.
    package var body: [UInt8] {
        var body: [UInt8] = []
        body.reserveCapacity(events.reduce(0) { $0 + $1.text.count + 1 })
        for event in events {
            body += event.text
            body.append(UInt8(ascii: "\n"))
        }
        return body
    }

    /// Nil for a single event.
    package var halves: (first: EventBatch, second: EventBatch)? {
        guard events.count > 1 else { return nil }
        let middle = events.startIndex + events.count / 2
        return (EventBatch(events[..<middle]), EventBatch(events[middle...]))
    }
}
