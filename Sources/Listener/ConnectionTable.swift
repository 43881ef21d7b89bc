import Synchronization

/// All connections, and how many each client has.
final class ConnectionTable: Sendable {
    private struct State {
        var total = 0
        var byAddress: [String: Int] = [:]
        var open: [ObjectIdentifier: ClientConnection] = [:]
    }

    private let limits: ListenerLimits
    private let state = Mutex(State())

    init(limits: ListenerLimits) {
        self.limits = limits
    }

    /// Counted from here on, until `leave`. False where there are too many.
    func admit(_ address: String) -> Bool {
        state.withLock { state in
            let count = state.byAddress[address, default: 0]
            guard state.total < limits.connections, count < limits.connectionsPerAddress else {
                return false
            }
            state.total += 1
            state.byAddress[address] = count + 1
            return true
        }
    }

    func leave(_ address: String) {
        state.withLock { state in
            state.total -= 1
            let count = state.byAddress[address, default: 1] - 1
            state.byAddress[address] = count > 0 ? count : nil
        }
    }

    func insert(_ connection: ClientConnection) {
        state.withLock { $0.open[ObjectIdentifier(connection)] = connection }
    }

    func remove(_ connection: ClientConnection) {
        state.withLock { $0.open[ObjectIdentifier(connection)] = nil }
        leave(connection.address)
    }

    var count: Int { state.withLock { $0.total } }
    var all: [ClientConnection] { state.withLock { Array($0.open.values) } }
}
