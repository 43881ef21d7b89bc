import CMicroHTTPD
import HTTP
import Synchronization

/// Hands the pieces of a streamed body from the task that makes them to the thread that sends them,
/// one at a time: the next is asked for when the last has gone into libmicrohttpd's buffer.
final class StreamFeed: Sendable {
    private struct State {
        var piece: [UInt8] = []
        var offset = 0
        /// Waits until the piece is taken.
        var producer: CheckedContinuation<Void, Never>?
        var isComplete = false
        var isFailed = false
        /// The connection is parked until there is something to send.
        var isParked = false
    }

    private let stream: ResponseStream
    private let exchange: Exchange
    /// Used on the connection's thread, and by another one only to resume it while it is parked.
    private nonisolated(unsafe) let handle: OpaquePointer
    private let state = Mutex(State())

    init(_ stream: ResponseStream, exchange: Exchange, handle: OpaquePointer) {
        self.stream = stream
        self.exchange = exchange
        self.handle = handle
    }

    // -- Called from the task

    func run() async {
        do {
            while let piece = try await stream.next() {
                guard await offer(piece) else { return }
            }
            end { $0.isComplete = true }
        } catch {
            exchange.noteStreamFailure(error)
            fail()
        }
    }

    /// Returns when the piece is taken; false where nobody will take another one.
    private func offer(_ piece: [UInt8]) async -> Bool {
        guard !piece.isEmpty else { return true }
        await withCheckedContinuation { continuation in
            let isLost = state.withLock { state in
                if state.isFailed { return true }
                state.piece = piece
                state.offset = 0
                state.producer = continuation
                unpark(&state)
                return false
            }
            if isLost { continuation.resume() }
        }
        return state.withLock { !$0.isFailed }
    }

    // -- Called from the connection's thread

    /// Bytes written, 0 where the connection is parked, or one of libmicrohttpd's two ends.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let (count, producer) = state.withLock {
            state -> (Int, CheckedContinuation<Void, Never>?) in
            if state.isFailed { return (annals_stream_failure, nil) }
            if state.offset < state.piece.count { return take(from: &state, into: buffer) }
            if state.isComplete { return (annals_stream_end, nil) }
            state.isParked = true
            exchange.connection.enter(.working)
            MHD_suspend_connection(handle)
            return (0, nil)
        }
        producer?.resume()
        return count
    }

    private func take(
        from state: inout State, into buffer: UnsafeMutableRawBufferPointer
    ) -> (Int, CheckedContinuation<Void, Never>?) {
        let count = min(buffer.count, state.piece.count - state.offset)
        let part = state.piece[state.offset..<state.offset + count]
        buffer.copyBytes(from: part)
        state.offset += count
        guard state.offset == state.piece.count else { return (count, nil) }
        defer { state.producer = nil }
        return (count, state.producer)
    }

    // -- Called from any thread

    /// The connection is to be cut, or is gone.
    func fail() {
        end { $0.isFailed = true }
    }

    private func end(_ change: (inout State) -> Void) {
        let producer = state.withLock { state -> CheckedContinuation<Void, Never>? in
            change(&state)
            unpark(&state)
            defer { state.producer = nil }
            return state.producer
        }
        producer?.resume()
    }

    private func unpark(_ state: inout State) {
        guard state.isParked else { return }
        state.isParked = false
        exchange.connection.enter(.sending)
        MHD_resume_connection(handle)
    }
}
