package import HTTP
import Logging
import Synchronization

/// Told of each request that the listener answers by itself, without its responder.
package typealias RefusalObserver =
    @Sendable (_ method: String, _ path: String, _ status: Status) -> Void

/// What every connection of one listener shares.
final class Reception: Sendable {
    let settings: ListenerSettings
    let responder: any Responder
    let onRefusal: RefusalObserver
    let logger: Logger
    let budget: BodyBudget
    let connections: ConnectionTable
    let counters = ListenerCounters()
    private let currentCredentials: Mutex<TLSCredentials?>
    private let draining = Atomic(false)
    private let stopping = Atomic(false)

    init(
        _ settings: ListenerSettings, responder: any Responder,
        onRefusal: @escaping RefusalObserver, logger: Logger
    ) throws(ListenerError) {
        self.settings = settings
        self.responder = responder
        self.onRefusal = onRefusal
        self.logger = logger
        budget = BodyBudget(limit: settings.limits.bodiesInFlight)
        connections = ConnectionTable(limits: settings.limits)
        var credentials: TLSCredentials?
        if let tls = settings.tls { credentials = try TLSCredentials(tls) }
        currentCredentials = Mutex(credentials)
    }

    /// Those of connections that begin now; nil over plain HTTP.
    var credentials: TLSCredentials? {
        get { currentCredentials.withLock { $0 } }
        set { currentCredentials.withLock { $0 = newValue } }
    }

    /// Every answer from now on is the last of its connection.
    var isDraining: Bool { draining.load(ordering: .acquiring) }
    func startDraining() { draining.store(true, ordering: .releasing) }

    /// No request may be parked from now on.
    var isStopping: Bool { stopping.load(ordering: .sequentiallyConsistent) }
    func startStopping() { stopping.store(true, ordering: .sequentiallyConsistent) }
}
