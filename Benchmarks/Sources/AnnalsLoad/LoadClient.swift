import NIOCore
import NIOPosix
import NIOSSL

/// Opens the connections of a run on one thread and waits until all are done.
struct LoadClient {
    var host: String
    var port: Int
    var connections: Int
    /// Stops sending after so long; nil runs until the source is empty.
    var seconds: Int64?
    /// Requests a second over all connections; nil sends as fast as answers come.
    var rate: Double?
    /// A client certificate; nil shows none.
    var pair: ClientPair?

    func run(_ makeSource: @Sendable @escaping () throws -> any RequestSource) throws -> LoadReport
    {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        defer { try? group.syncShutdownGracefully() }  // The process ends right after this.
        let loop = group.next()
        let finished = loop.makePromise(of: Void.self)
        let plan = LoadRun.Plan(connections: connections, seconds: seconds, interval: interval)
        let run = try loop.submit {
            NIOLoopBound(
                LoadRun(source: try makeSource(), plan: plan, on: loop, finished: finished),
                eventLoop: loop)
        }.wait()
        try connect(run, on: loop)
        try finished.futureResult.wait()
        return try loop.submit { run.value.report }.wait()
    }

    private var interval: TimeAmount? {
        rate.map { .nanoseconds(Int64(Double(connections) / $0 * 1e9)) }
    }

    private func connect(_ run: NIOLoopBound<LoadRun>, on loop: any EventLoop) throws {
        var configuration = TLSConfiguration.makeClientConfiguration()
        // A benchmark on loopback against a certificate that the service made for itself.
        configuration.certificateVerification = .none
        if let pair {
            configuration.certificateChain = try NIOSSLCertificate.fromPEMFile(pair.certificate)
                .map { .certificate($0) }
            configuration.privateKey = .privateKey(
                try NIOSSLPrivateKey(file: pair.key, format: .pem))
        }
        let context = try NIOSSLContext(configuration: configuration)
        let step = (interval?.nanoseconds ?? 0) / Int64(max(connections, 1))
        for index in 0..<connections {
            let delay = TimeAmount.nanoseconds(step * Int64(index))
            let bootstrap = ClientBootstrap(group: loop)
                .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let pipeline = channel.pipeline.syncOperations
                        try pipeline.addHandler(
                            NIOSSLClientHandler(context: context, serverHostname: nil))
                        try pipeline.addHandler(ExchangeHandler(run: run.value, delay: delay))
                    }
                }
            _ = try bootstrap.connect(host: host, port: port).wait()
        }
    }
}
