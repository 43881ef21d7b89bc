package import EventStore
package import Observability

/// The section `ingest` of `/status`: what waits to be written.
package struct IngestStatus: StatusSource {
    package let section = "ingest"
    private let recorder: GroupCommit
    private let limits: GroupCommitLimits

    package init(recorder: GroupCommit, limits: GroupCommitLimits) {
        self.recorder = recorder
        self.limits = limits
    }

    package func facts() async -> [Fact] {
        [
            Fact("queued_events", .integer(await recorder.queueDepth)),
            Fact("queue_limit", .integer(limits.queuedEvents)),
            Fact("group_limit", .integer(limits.eventsPerGroup)),
        ]
    }
}
