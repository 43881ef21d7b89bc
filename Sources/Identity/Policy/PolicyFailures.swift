import Synchronization

/// Tells the operator of rules that cannot be evaluated, each once: every request may meet them, and
/// callers only learn that they are not allowed.
package final class PolicyFailures: Sendable {
    package typealias Tell = @Sendable (_ rule: String, _ reason: String) -> Void

    private let tell: Tell
    private let told = Mutex<Set<String>>([])

    package init(tell: @escaping Tell) {
        self.tell = tell
    }

    func note(_ rule: String, _ reason: String) {
        if told.withLock({ $0.insert(rule).inserted }) { tell(rule, reason) }
    }
}
