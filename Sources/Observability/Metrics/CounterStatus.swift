/// The section `counters` of `/status`: every counter, summed over its labels.
package struct CounterStatus: StatusSource {
    package let section = "counters"
    private let registry: MetricsRegistry

    package init(registry: MetricsRegistry) {
        self.registry = registry
    }

    package func facts() async -> [Fact] {
        registry.snapshot.compactMap { name, family in
            let counts = family.series.values.compactMap { series -> Int64? in
                guard case .counter(let counter) = series else { return nil }
                return counter.value
            }
            return counts.isEmpty ? nil : Fact(name, .integer(Int(counts.reduce(0, +))))
        }
    }
}
