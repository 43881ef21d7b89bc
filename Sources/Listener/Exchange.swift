import CMicroHTTPD
import HTTP
import Logging
import Synchronization

/// One request and its answer: received on the connection's thread, answered by a Swift task while
/// the connection is parked.
final class Exchange: Sendable {
    private enum Phase {
        case begun
        case receiving(RequestHead)
        /// The rest of the body is read and dropped.
        case refused(Refusal)
        case parked
        case answered(Response, StreamFeed?)
        case replied(StreamFeed?)
        /// The listener stops: the connection is to be cut.
        case abandoned

        var feed: StreamFeed? {
            switch self {
            case .answered(_, let feed), .replied(let feed): feed
            case .begun, .receiving, .refused, .parked, .abandoned: nil
            }
        }
    }

    private struct State {
        var phase = Phase.begun
        var body: [UInt8] = []
        /// Bytes of the budget that this request holds.
        var reserved = 0
        /// Bytes read of a body that is refused.
        var dropped = 0
        var task: Task<Void, Never>?
    }

    let connection: ClientConnection
    let id = RequestIdentifier.make()
    private let target: RequestTarget
    /// Used on the connection's thread, and by another one only to resume it while it is parked:
    /// libmicrohttpd keeps it for as long as it is.
    private nonisolated(unsafe) let handle: OpaquePointer
    private let state = Mutex(State())

    private var reception: Reception { connection.reception }

    init(_ target: RequestTarget, on connection: ClientConnection, handle: OpaquePointer) {
        self.target = target
        self.connection = connection
        self.handle = handle
    }

    // -- Called from the connection's thread

    /// Goes on with what came; false cuts the connection.
    func advance(_ line: RequestLine, piece: UnsafeRawBufferPointer) -> Bool {
        let phase = state.withLock { $0.phase }
        switch phase {
        case .begun: return readHead(line)
        case .receiving(let head) where piece.isEmpty: return park(head)
        case .receiving: return take(piece)
        case .refused(let refusal) where piece.isEmpty: return answer(refusal, line.method)
        case .refused: return drop(piece)
        case .answered(let response, let feed): return reply(response, feed)
        case .parked, .replied: return true
        case .abandoned: return false
        }
    }

    /// The answer is sent, or the connection is lost: nobody waits for the task any more.
    func complete() {
        // Taking everything out also parts the feed from the exchange, which it holds.
        let last = state.withLock { state in
            defer { state = State(phase: .abandoned) }
            return state
        }
        last.task?.cancel()
        last.phase.feed?.fail()
        reception.budget.giveBack(last.reserved)
        connection.enter(.waiting(isFirst: false))
    }

    private func readHead(_ line: RequestLine) -> Bool {
        do throws(Refusal) {
            let head = try RequestHead(line, target: target, handle: handle)
            connection.enter(.receivingBody)
            do throws(Refusal) {
                try check(head)
            } catch {
                return refuse(error, head)
            }
            let expected = min(head.framing.declaredLength ?? 0, 1 << 20)
            state.withLock { state in
                state.phase = .receiving(head)
                state.body.reserveCapacity(expected)
            }
            return true
        } catch {
            return answer(error, line.method)
        }
    }

    private func check(_ head: RequestHead) throws(Refusal) {
        _ = try connection.peer(handle)
        let limit = reception.settings.limits.body
        if head.framing.declaredLength ?? 0 > limit { throw .bodyTooLarge(limit: limit) }
    }

    /// A client that waits for leave to send its body, or would send one without end, is answered at
    /// once; another one when it has sent it, or it would not read the answer.
    private func refuse(_ refusal: Refusal, _ head: RequestHead) -> Bool {
        let readsBody =
            head.framing.hasBody && !head.framing.expectsContinue
            && head.framing.declaredLength ?? 0 <= reception.settings.limits.bearableBody
        guard readsBody else { return answer(refusal, head.method) }
        state.withLock { $0.phase = .refused(refusal) }
        return true
    }

    private func drop(_ piece: UnsafeRawBufferPointer) -> Bool {
        connection.noteBody(piece.count)
        return state.withLock { state in
            state.dropped += piece.count
            return state.dropped <= reception.settings.limits.bearableBody
        }
    }

    private func take(_ piece: UnsafeRawBufferPointer) -> Bool {
        connection.noteBody(piece.count)
        let limit = reception.settings.limits.body
        state.withLock { state in
            let refusal: Refusal? =
                if state.body.count + piece.count > limit {
                    .bodyTooLarge(limit: limit)
                } else if !reception.budget.take(piece.count) {
                    .noMemory
                } else {
                    nil
                }
            if let refusal {
                state.phase = .refused(refusal)
                state.body = []
                reception.budget.giveBack(state.reserved)
                state.reserved = 0
            } else {
                state.reserved += piece.count
                state.body.append(contentsOf: piece)
            }
        }
        return true
    }

    private func park(_ head: RequestHead) -> Bool {
        let peer: Peer
        do throws(Refusal) {
            peer = try connection.peer(handle)
        } catch {
            return answer(error, head.method)
        }
        connection.enter(.working)
        // Nobody resumes it before it is marked as parked, below.
        MHD_suspend_connection(handle)
        let body = state.withLock { state -> [UInt8]? in
            guard !reception.isStopping else {
                state.phase = .abandoned
                return nil
            }
            defer { state.body = [] }
            state.phase = .parked
            return state.body
        }
        guard let body else {
            MHD_resume_connection(handle)
            return true
        }
        start(
            Request(
                method: head.method, path: target.path, query: target.query,
                headers: head.headers, body: body, peer: peer, id: id))
        return true
    }

    private func start(_ request: Request) {
        // C calls us: there is no task to be a child of.
        let task = Task { await self.answer(request) }
        let isAbandoned = state.withLock { state in
            state.task = task
            if case .abandoned = state.phase { return true }
            return false
        }
        if isAbandoned { task.cancel() }
    }

    private func answer(_ refusal: Refusal, _ method: String) -> Bool {
        reception.onRefusal(method, target.path, refusal.status)
        reception.logger.info(
            "request refused",
            metadata: [
                "request": "\(id)", "status": "\(refusal.status.code)",
                "reason": "\(refusal.description)", "peer": "\(connection.address)",
            ])
        return reply(refusal.response, nil)
    }

    private func reply(_ response: Response, _ feed: StreamFeed?) -> Bool {
        state.withLock { $0.phase = .replied(feed) }
        connection.enter(.sending)
        let reply = Reply(response, feed: feed, exchange: self)
        return reply.queue(on: handle)
    }

    /// The listener drains: the connection ends with this answer.
    var isLast: Bool { reception.isDraining }

    func noteBadField(_ name: String) {
        reception.logger.error(
            "a header field of a response holds what none may and was left out",
            metadata: ["request": "\(id)", "field": "\(name)"])
    }

    // -- Called from the task

    func noteStreamFailure(_ error: any Error) {
        reception.logger.warning(
            "a streamed response was cut",
            metadata: ["request": "\(id)", "error": "\(error)"])
    }

    private func answer(_ request: Request) async {
        let response = await reception.responder.respond(to: request)
        var feed: StreamFeed?
        if case .stream(let stream) = response.body {
            feed = StreamFeed(stream, exchange: self, handle: handle)
        }
        let isWanted = state.withLock { state in
            guard case .parked = state.phase else { return false }
            state.phase = .answered(response, feed)
            return true
        }
        guard isWanted else { return }
        // Whoever ends the parking resumes it, once; until then libmicrohttpd keeps the connection.
        MHD_resume_connection(handle)
        await feed?.run()
    }

    // -- Called from the doorkeeper's thread

    /// The client has left: nobody will read the answer.
    func cancel() {
        state.withLock { $0.task }?.cancel()
    }

    /// The listener stops and waits for nobody.
    func abandon() {
        let (task, feed) = state.withLock { state in
            if case .parked = state.phase {
                state.phase = .abandoned
                MHD_resume_connection(handle)
            }
            return (state.task, state.phase.feed)
        }
        task?.cancel()
        feed?.fail()
    }

}

/// What libmicrohttpd tells of the request line beside the target.
struct RequestLine {
    let method: String
    let version: String
    /// Bytes from the beginning of the target to that of the version.
    let targetRoom: Int
    /// In libmicrohttpd's memory: the head's first byte, and the one after the version.
    let start: UnsafePointer<CChar>
    let end: UnsafePointer<CChar>
}
