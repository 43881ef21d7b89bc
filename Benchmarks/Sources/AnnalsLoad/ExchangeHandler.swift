import NIOCore

/// One connection: sends a request, waits for its answer, sends the next.
final class ExchangeHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let run: LoadRun
    private var reader = AnswerReader()
    private var due = NIODeadline.now()
    private var isWaiting = false
    private var hasEnded = false

    /// - Parameter delay: before the first request, so that a fixed rate is spread evenly.
    init(run: LoadRun, delay: TimeAmount) {
        self.run = run
        due = .now() + delay
    }

    func channelActive(context: ChannelHandlerContext) {
        sendWhenDue(context)
    }

    private func sendWhenDue(_ context: ChannelHandlerContext) {
        guard run.interval != nil, due > .now() else { return send(context) }
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        let boundContext = NIOLoopBound(context, eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(deadline: due) { bound.value.send(boundContext.value) }
    }

    private func send(_ context: ChannelHandlerContext) {
        var buffer = context.channel.allocator.buffer(capacity: 2048)
        guard !hasEnded, run.writeNext(into: &buffer) else { return end(context) }
        if run.interval == nil { due = .now() }
        isWaiting = true
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        reader.feed(&bytes)
        do {
            guard let answer = try reader.next() else { return }
            isWaiting = false
            run.record(answer, due: due)
            if let interval = run.interval { due = due + interval }
            sendWhenDue(context)
        } catch {
            run.fail(error.description)
            end(context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if !hasEnded { run.fail("\(error)") }
        end(context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        if isWaiting && !hasEnded { run.fail("the connection was closed before the answer") }
        end(context)
    }

    private func end(_ context: ChannelHandlerContext) {
        guard !hasEnded else { return }
        hasEnded = true
        run.end()
        context.close(promise: nil)
    }
}
