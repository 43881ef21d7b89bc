package import EventStore
internal import JSON

/// One event on one line, as `POST /v2/events` takes it: for files that an operator may post again.
package enum EventLine {
    /// Without the end of the line.
    package static func bytes(of event: Event) -> [UInt8] {
        var writer = JSONWriter(capacity: 1024)
        writer.event(event)
        return writer.bytes
    }
}
