/// Waits no longer than that: where the work takes more time, it goes on by itself, and nobody learns
/// what it gives.
///
/// - Returns: nil where it has not ended by then.
@discardableResult
func waiting<Output: Sendable>(
    _ limit: Duration, for work: @escaping @Sendable () async -> Output
) async -> Output? {
    let (answers, answer) = AsyncStream.makeStream(of: Output?.self)
    // No children: the one that is too late would be waited for.
    Task { answer.yield(await work()) }
    let clock = Task {
        // Cancelled where nobody waits any more.
        try? await Task.sleep(for: limit)
        answer.yield(nil)
    }
    defer { clock.cancel() }
    for await first in answers { return first }
    return nil
}
