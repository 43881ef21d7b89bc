package import HTTP

/// `GET /metrics`: what Prometheus reads.
package struct MetricsPage: Responder {
    private let registry: MetricsRegistry
    private let refresh: @Sendable () async -> Void

    /// - Parameter refresh: sets the gauges that nobody sets in passing, such as queue depths.
    package init(registry: MetricsRegistry, refresh: @escaping @Sendable () async -> Void = {}) {
        self.registry = registry
        self.refresh = refresh
    }

    package func respond(to request: Request) async -> Response {
        await refresh()
        return Response(type: MetricsText.mediaType, text: MetricsText(registry).text)
    }
}
