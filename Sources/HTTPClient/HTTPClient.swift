import CCurl
import Glibc
package import Logging

/// Sends requests by libcurl: connections are kept and used again, TLS begins at 1.2, redirects are
/// answers like any other, and proxies are those of the environment (`https_proxy`, `no_proxy`).
///
/// All requests run on one thread of its own. A client that is let go ends with its last request.
package final class HTTPClient: HTTPTransport {
    private let loop: TransferLoop
    private let logger: Logger

    /// - Throws: `.broken` where the thread cannot be had. Files are not looked at yet.
    package init(
        _ settings: HTTPClientSettings = HTTPClientSettings(),
        logger: Logger = Logger(label: "http_client")
    ) throws(HTTPClientError) {
        loop = try TransferLoop(settings)
        self.logger = logger
        try Self.startThread(loop)
    }

    deinit {
        loop.stop()
    }

    package func send(_ request: OutgoingRequest) async throws(HTTPClientError) -> IncomingResponse
    {
        let ticket = TransferOrder.Ticket()
        let began = ContinuousClock.now
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                loop.submit(
                    TransferOrder(request: request, ticket: ticket, continuation: continuation))
            }
        } onCancel: {
            loop.cancel(ticket)
        }
        logger.debug(
            "request to another service",
            metadata: [
                "request": "\(request)", "outcome": "\(Self.label(outcome))",
                "took": "\(ContinuousClock.now - began)",
            ])
        return try outcome.get()
    }

    private static func label(_ outcome: Result<IncomingResponse, HTTPClientError>) -> String {
        switch outcome {
        case .success(let response): String(response.status)
        case .failure(let error): error.label
        }
    }

    /// libcurl's loop blocks in `poll`, so it has a thread of its own, which keeps it alive.
    private static func startThread(_ loop: TransferLoop) throws(HTTPClientError) {
        let work = Unmanaged.passRetained(loop)
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                Unmanaged<TransferLoop>.fromOpaque(context).takeRetainedValue().run()
                return nil
            }, work.toOpaque())
        guard code == 0 else {
            work.release()
            throw .broken(detail: "no thread: \(String(cString: strerror(code)))")
        }
        pthread_detach(thread)
    }
}
