/// Something that happens once, and whoever waits for it.
package final class Signal: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    package init() {
        (stream, continuation) = AsyncStream.makeStream()
    }

    package func fire() { continuation.finish() }

    /// Returns when it has fired, or the task is cancelled.
    package func wait() async {
        for await _ in stream {}
    }
}
