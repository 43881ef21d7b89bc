import Dispatch

/// Runs an actor's work on a thread of its own, so that blocking C calls never hold one of Swift's
/// cooperative threads.
///
/// A serial dispatch queue that targets nothing takes its thread from outside the cooperative pool.
/// Linux has no executor made of such a queue, hence these lines.
package final class BlockingExecutor: SerialExecutor {
    private let queue: DispatchQueue

    package init(label: String) {
        queue = DispatchQueue(label: label)
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async {
            unsafe job.runSynchronously(on: self.asUnownedSerialExecutor())
        }
    }

    package func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        unsafe UnownedSerialExecutor(ordinary: self)
    }
}
