import EventStore
package import Observability
import Spool
import Values

/// The section `spool` of `/status`, and what health says of the spool.
package struct SpoolPage: StatusSource {
    package let section = "spool"
    private let spool: EventSpool?
    private let path: String?
    private let now: @Sendable () -> Timestamp

    init(
        _ spool: EventSpool?, path: String?, now: @escaping @Sendable () -> Timestamp = { .now }
    ) {
        self.spool = spool
        self.path = path
        self.now = now
    }

    package func facts() async -> [Fact] {
        guard let spool else { return [Fact("enabled", false)] }
        let status = spool.status
        return [
            Fact("enabled", true),
            Fact("path", path.map { .text($0) } ?? .missing),
            Fact("events", .integer(status.events)),
            Fact("bytes", .integer(status.bytes)),
            Fact("oldest_seconds", status.oldest.map { .integer(age(of: $0)) } ?? .missing),
            Fact("used_bytes", .integer(status.usedBytes)),
            Fact("maximum_bytes", .integer(status.limit)),
            Fact("set_aside_bytes", .integer(status.setAsideBytes)),
            Fact("obstacle", status.obstacle.map { .text($0) } ?? .missing),
            Fact("failure", status.failure.map { .text($0) } ?? .missing),
        ]
    }

    /// A sentence for who asks about health; nil while nothing waits.
    var note: String? {
        guard let status = spool?.status, status.events > 0 else { return nil }
        let oldest = status.oldest.map { ", the oldest for \(age(of: $0)) s" } ?? ""
        return "\(status.events) events wait for the database (\(status.bytes) bytes)\(oldest)"
    }

    /// An event would be acknowledged now even without the database.
    func takesEvents() async -> Bool {
        guard let spool else { return false }
        await spool.probe()
        let status = spool.status
        return status.failure == nil && status.usedBytes + Self.someRoom < status.limit
    }

    /// Bytes of some large events.
    private static let someRoom = 256 << 10

    /// Whole seconds since then.
    private func age(of time: Int64) -> Int {
        Int(max(0, now().microseconds - time) / 1_000_000)
    }
}
