import Dispatch
import Synchronization
package import Values

/// Checks passwords on threads of their own, because a check blocks for up to seconds, and on so few
/// that the rest of the service goes on.
package final class PasswordWorkers: Sendable {
    private let queues: [DispatchQueue]
    private let turn = Atomic(0)

    /// - Parameter count: checks at the same time; at least 1.
    package init(count: Int) {
        // A serial queue that targets nothing takes its thread from outside Swift's own.
        queues = (0..<max(count, 1)).map { DispatchQueue(label: "password-\($0)") }
    }

    package var count: Int { queues.count }

    /// Whether one of the first hashes is the password's. The decoys are checked as well where none
    /// is, and cannot match: they make a failure take the same time for everybody.
    package func matchingHash(
        of password: Secret, among hashes: [PasswordHash], decoys: [PasswordHash]
    ) async -> PasswordHash? {
        let index = turn.wrappingAdd(1, ordering: .relaxed).newValue & .max
        return await withCheckedContinuation { continuation in
            queues[index % queues.count].async {
                let found = hashes.first { $0.matches(password) }
                if found == nil {
                    for decoy in decoys { _ = decoy.matches(password) }
                }
                continuation.resume(returning: found)
            }
        }
    }
}
