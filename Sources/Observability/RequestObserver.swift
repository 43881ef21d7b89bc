package import HTTP
package import Logging
import Metrics
import Synchronization

/// Counts, times and logs every request on its way to whoever answers it.
package final class RequestObserver: Responder {
    private let responder: any Responder
    private let routeName: @Sendable (Request) -> String
    private let logger: Logger
    private let known = Mutex<[Kind: Measures]>([:])

    private struct Kind: Hashable {
        let route: String
        let method: String
        let status: Int
    }

    private struct Measures {
        let count: Counter
        let duration: Metrics.Timer
    }

    /// - Parameter routeName: the pattern that the path fits, `/v2/events/{message_id}`: a label,
    ///   so never the path itself.
    package init(
        _ responder: any Responder, routeName: @escaping @Sendable (Request) -> String,
        logger: Logger
    ) {
        self.responder = responder
        self.routeName = routeName
        self.logger = logger
    }

    package func respond(to request: Request) async -> Response {
        let start = ContinuousClock.now
        let response = await responder.respond(to: request)
        let duration = ContinuousClock.now - start
        let kind = Kind(
            route: routeName(request), method: Self.label(ofMethod: request.method),
            status: response.status.code)
        let measures = measures(kind)
        measures.count.increment()
        measures.duration.recordNanoseconds(duration.nanoseconds)
        log(request, response, duration)
        return response
    }

    /// A line for each request where `debug` is on; a failure of ours always has one.
    private func log(_ request: Request, _ response: Response, _ duration: Duration) {
        let level: Logger.Level = response.status.code >= 500 ? .warning : .debug
        logger.log(
            level: level, "request",
            metadata: [
                "request": "\(request.id)", "method": "\(request.method)",
                "path": "\(request.path)", "status": "\(response.status.code)",
                "milliseconds": "\(Double(duration.nanoseconds / 1000) / 1000)",
                "peer": "\(request.peer.address)",
            ])
    }

    /// A client may send any word as a method.
    private static func label(ofMethod method: String) -> String {
        let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
        return known.contains(method) ? method : "other"
    }

    private func measures(_ kind: Kind) -> Measures {
        known.withLock { known in
            if let measures = known[kind] { return measures }
            let labels = [
                ("route", kind.route), ("method", kind.method), ("status", "\(kind.status)"),
            ]
            let measures = Measures(
                count: Counter(label: "http_requests", dimensions: labels),
                duration: Metrics.Timer(
                    label: "http_request_duration", dimensions: [("route", kind.route)]))
            known[kind] = measures
            return measures
        }
    }
}

extension Duration {
    /// Clamped; a request does not take 292 years.
    fileprivate var nanoseconds: Int64 {
        let (whole, overflow) = components.seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? .max : whole + components.attoseconds / 1_000_000_000
    }
}
