import Glibc
package import Observability
package import Values

/// The section `service` of `/status`: which process this is and since when.
package struct ProcessStatus: StatusSource {
    package let section = "service"
    /// Names this process among its peers and its own earlier lives.
    package let instance: String
    private let started: Timestamp
    private let now: @Sendable () -> Timestamp

    package init(
        instance: String, started: Timestamp = .now,
        now: @escaping @Sendable () -> Timestamp = { .now }
    ) {
        self.instance = instance
        self.started = started
        self.now = now
    }

    package func facts() async -> [Fact] {
        let uptime = now().microseconds - started.microseconds
        return [
            Fact("name", "annals"),
            Fact("version", .text(Version.text)),
            Fact("instance", .text(instance)),
            Fact("process", .integer(Int(getpid()))),
            Fact("started", .text("\(started)Z")),
            Fact("uptime_seconds", .integer(Int(uptime / 1_000_000))),
        ]
    }
}
