package import Metrics

/// swift-metrics' way into the registry. Labels become names of ours: `annals_…`, counters end in
/// `_total`, timers in `_seconds`.
package struct PrometheusFactory: MetricsFactory {
    private let registry: MetricsRegistry

    package init(registry: MetricsRegistry) {
        self.registry = registry
    }

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        registry.counter(MetricName.metric(label, suffix: "_total"), dimensions)
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        registry.gauge(MetricName.metric(label, suffix: ""), dimensions)
    }

    package func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        let name = MetricName.metric(label, suffix: "")
        if aggregate {
            return registry.histogram(name, dimensions, bounds: HistogramSeries.sizes)
        }
        return registry.gauge(name, dimensions)
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        registry.histogram(
            MetricName.metric(label, suffix: "_seconds"), dimensions,
            bounds: HistogramSeries.seconds)
    }

    // Series live as long as the process: a counter that vanished would look like a restart.
    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyMeter(_ handler: any MeterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}
}
