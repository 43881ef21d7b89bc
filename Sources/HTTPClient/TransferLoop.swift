import CCurl
import Glibc
import Synchronization

/// Drives all transfers of one client on one thread: libcurl's multi interface never blocks in any of
/// them. The thread keeps the loop alive until it was told to stop and the last transfer has ended.
final class TransferLoop: Sendable {
    private struct State {
        var orders: [TransferOrder] = []
        var holdsCancellations = false
        var isStopping = false
        /// The handle is gone.
        var isOver = false
    }

    private let settings: HTTPClientSettings
    private let state = Mutex(State())
    /// Used on the loop's thread only, but for `curl_multi_wakeup`, which any thread may call, and
    /// which is called under the lock and only while `isOver` is false.
    private nonisolated(unsafe) let multi: UnsafeMutableRawPointer

    /// For the process, before any other call of libcurl.
    private static let isLibraryReady = curl_global_init(Int(CURL_GLOBAL_ALL)) == CURLE_OK

    init(_ settings: HTTPClientSettings) throws(HTTPClientError) {
        guard Self.isLibraryReady, let multi = curl_multi_init() else {
            throw .broken(detail: "libcurl does not start")
        }
        self.settings = settings
        self.multi = multi
        let most = max(settings.mostConnections, 1)
        for limit in [CURLMOPT_MAX_TOTAL_CONNECTIONS, CURLMOPT_MAXCONNECTS] {
            annals_curl_limit(multi, limit, most)
        }
    }

    func submit(_ order: TransferOrder) {
        let isTaken = state.withLock { state in
            guard !state.isOver else { return false }
            state.orders.append(order)
            curl_multi_wakeup(multi)
            return true
        }
        if !isTaken { order.cancel() }
    }

    func cancel(_ ticket: TransferOrder.Ticket) {
        ticket.cancel()
        wake { $0.holdsCancellations = true }
    }

    func stop() {
        wake { $0.isStopping = true }
    }

    private func wake(_ change: (inout State) -> Void) {
        state.withLock { state in
            change(&state)
            if !state.isOver { curl_multi_wakeup(multi) }
        }
    }

    // -- The thread

    func run() {
        var running: [UnsafeMutableRawPointer: Transfer] = [:]
        while true {
            let news = takeNews(isIdle: running.isEmpty)
            if news.isOver { break }
            for order in news.orders { start(order, &running) }
            if news.holdsCancellations { endCancelled(&running) }
            var count: Int32 = 0
            let performed = curl_multi_perform(multi, &count)
            endFinished(&running)
            let polled = curl_multi_poll(multi, nil, 0, Self.longestSleep, nil)
            if performed != CURLM_OK || polled != CURLM_OK { endAll(&running, performed, polled) }
        }
        curl_multi_cleanup(multi)
    }

    /// Milliseconds; anything that happens ends a sleep.
    private static let longestSleep: Int32 = 60_000

    private func takeNews(isIdle: Bool) -> State {
        state.withLock { state in
            if state.isStopping, isIdle, state.orders.isEmpty { state.isOver = true }
            defer {
                state.orders = []
                state.holdsCancellations = false
            }
            return state
        }
    }

    private func start(
        _ order: TransferOrder, _ running: inout [UnsafeMutableRawPointer: Transfer]
    ) {
        if order.ticket.isCancelled { return order.cancel() }
        do throws(HTTPClientError) {
            let transfer = try Transfer(order, settings)
            guard curl_multi_add_handle(multi, transfer.handle) == CURLM_OK else {
                throw .broken(detail: "libcurl takes no further request")
            }
            running[transfer.handle] = transfer
        } catch {
            order.end(.failure(error))
        }
    }

    private func endCancelled(_ running: inout [UnsafeMutableRawPointer: Transfer]) {
        for transfer in running.values where transfer.order.ticket.isCancelled {
            remove(transfer, &running)
            transfer.order.cancel()
        }
    }

    private func endFinished(_ running: inout [UnsafeMutableRawPointer: Transfer]) {
        var code = CURLE_OK
        while let handle = annals_curl_next_ended(multi, &code) {
            guard let transfer = running[handle] else { continue }
            remove(transfer, &running)
            transfer.order.end(transfer.outcome(code))
        }
    }

    /// libcurl itself failed, which is a lack of memory or of descriptors: the next requests may
    /// find more.
    private func endAll(
        _ running: inout [UnsafeMutableRawPointer: Transfer], _ codes: CURLMcode...
    ) {
        let code = codes.first { $0 != CURLM_OK } ?? CURLM_OK
        let reason = String(cString: curl_multi_strerror(code))
        for transfer in running.values {
            remove(transfer, &running)
            transfer.order.end(.failure(.broken(detail: reason)))
        }
        // The thread is the loop's own; without a pause it would fail in circles at full speed.
        usleep(10_000)
    }

    private func remove(
        _ transfer: Transfer, _ running: inout [UnsafeMutableRawPointer: Transfer]
    ) {
        running[transfer.handle] = nil
        curl_multi_remove_handle(multi, transfer.handle)
    }
}
