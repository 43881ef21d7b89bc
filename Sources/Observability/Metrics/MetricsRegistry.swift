import Synchronization

/// All metrics of the process.
///
/// Every family has at most `seriesLimit` series: what comes beyond is counted in one more, whose
/// labels all say `other`, so that no client can fill the memory by making up label values.
package final class MetricsRegistry: Sendable {
    private let families = Mutex<[String: MetricFamily]>([:])
    private let help: [String: String]
    private let seriesLimit: Int

    /// - Parameter help: a sentence for each name; a metric without one has its own name for help.
    package init(help: [String: String] = [:], seriesLimit: Int = 1000) {
        self.help = help
        self.seriesLimit = seriesLimit
    }

    func counter(_ name: String, _ labels: [(String, String)]) -> CounterSeries {
        guard case .counter(let series) = series(name, labels, orMake: { .counter(.init()) })
        else { return CounterSeries() }
        return series
    }

    func gauge(_ name: String, _ labels: [(String, String)]) -> GaugeSeries {
        guard case .gauge(let series) = series(name, labels, orMake: { .gauge(.init()) })
        else { return GaugeSeries() }
        return series
    }

    func histogram(
        _ name: String, _ labels: [(String, String)], bounds: [Double]
    ) -> HistogramSeries {
        let found = series(name, labels) { .histogram(HistogramSeries(bounds: bounds)) }
        guard case .histogram(let series) = found else { return HistogramSeries(bounds: bounds) }
        return series
    }

    /// The families by name.
    var snapshot: [(name: String, family: MetricFamily)] {
        families.withLock { $0 }.sorted { $0.key < $1.key }.map { (name: $0.key, family: $0.value) }
    }

    /// A series of another kind comes back where the name is taken: callers then count for nobody,
    /// because one name with two types would make the whole page unreadable.
    private func series(
        _ name: String, _ labels: [(String, String)], orMake make: () -> MetricSeries
    ) -> MetricSeries {
        let key = MetricLabels(labels)
        return families.withLock { families in
            var family = families[name] ?? MetricFamily(help: help[name] ?? name)
            let isFull = family.series.count >= seriesLimit
            let place = family.series[key] == nil && isFull ? key.folded : key
            if let known = family.series[place] { return known }
            let made = make()
            if let other = family.series.values.first, other.kind != made.kind { return made }
            family.series[place] = made
            families[name] = family
            return made
        }
    }
}

/// All series of one name; they have one kind.
struct MetricFamily {
    let help: String
    var series: [MetricLabels: MetricSeries] = [:]
}

enum MetricSeries {
    case counter(CounterSeries)
    case gauge(GaugeSeries)
    case histogram(HistogramSeries)

    /// The word behind `# TYPE`.
    var kind: String {
        switch self {
        case .counter: "counter"
        case .gauge: "gauge"
        case .histogram: "histogram"
        }
    }
}

/// Labels in the order of their names, so that one set is one series.
struct MetricLabels: Hashable {
    struct Label: Hashable {
        let name: String
        let value: String
    }

    let labels: [Label]

    init(_ pairs: [(String, String)]) {
        labels = pairs.map { Label(name: MetricName.label($0.0), value: $0.1) }
            .sorted { $0.name < $1.name }
    }

    private init(labels: [Label]) {
        self.labels = labels
    }

    var folded: MetricLabels {
        MetricLabels(labels: labels.map { Label(name: $0.name, value: "other") })
    }
}
