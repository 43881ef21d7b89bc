/// The registry in Prometheus' text format.
///
/// - Source: text exposition format 0.0.4: `# HELP`, `# TYPE`, then one sample a line.
struct MetricsText {
    static let mediaType = "text/plain; version=0.0.4; charset=utf-8"

    private(set) var text = ""

    init(_ registry: MetricsRegistry) {
        for (name, family) in registry.snapshot { append(name, family) }
    }

    private mutating func append(_ name: String, _ family: MetricFamily) {
        guard let kind = family.series.values.first?.kind else { return }
        text += "# HELP \(name) \(MetricName.escapedHelp(family.help))\n# TYPE \(name) \(kind)\n"
        let lines = family.series.map { (labels: Self.pairs($0.key), series: $0.value) }
            .sorted { $0.labels.joined() < $1.labels.joined() }
        for (labels, series) in lines {
            switch series {
            case .counter(let counter): appendSample(name, labels, "\(counter.value)")
            case .gauge(let gauge): appendSample(name, labels, Self.number(gauge.value))
            case .histogram(let histogram): append(name, labels, histogram)
            }
        }
    }

    /// Buckets are cumulative, and the last one counts everything.
    private mutating func append(_ name: String, _ labels: [String], _ histogram: HistogramSeries) {
        let counts = histogram.counts
        var seen: UInt64 = 0
        for (bound, count) in zip(histogram.bounds + [.infinity], counts.buckets) {
            seen += count
            appendSample(name + "_bucket", labels + ["le=\"\(Self.number(bound))\""], "\(seen)")
        }
        appendSample(name + "_sum", labels, Self.number(counts.sum))
        appendSample(name + "_count", labels, "\(seen)")
    }

    private mutating func appendSample(_ name: String, _ labels: [String], _ value: String) {
        let list = labels.isEmpty ? "" : "{" + labels.joined(separator: ",") + "}"
        text += "\(name)\(list) \(value)\n"
    }

    private static func pairs(_ labels: MetricLabels) -> [String] {
        labels.labels.map { "\($0.name)=\"\(MetricName.escapedValue($0.value))\"" }
    }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if let whole = Int64(exactly: value) { return "\(whole)" }
        return "\(value)"
    }
}
