import Metrics
import Synchronization

/// One counter with its labels: only ever grows.
package final class CounterSeries: CounterHandler, Sendable {
    private let total = Atomic<Int64>(0)

    package func increment(by amount: Int64) {
        total.wrappingAdd(amount, ordering: .relaxed)
    }

    package func reset() {
        total.store(0, ordering: .relaxed)
    }

    package var value: Int64 { total.load(ordering: .relaxed) }
}

/// One value that goes up and down.
package final class GaugeSeries: MeterHandler, RecorderHandler, Sendable {
    private let current = Mutex(0.0)

    package func set(_ value: Int64) { set(Double(value)) }
    package func set(_ value: Double) { current.withLock { $0 = value } }
    package func increment(by amount: Double) { current.withLock { $0 += amount } }
    package func decrement(by amount: Double) { current.withLock { $0 -= amount } }
    package func record(_ value: Int64) { set(value) }
    package func record(_ value: Double) { set(value) }

    package var value: Double { current.withLock { $0 } }
}

/// How often values fell into each bucket, their number and their sum.
package final class HistogramSeries: TimerHandler, RecorderHandler, Sendable {
    package struct Counts: Sendable, Equatable {
        /// One for each bound, not cumulated, and one for what is above all of them.
        package var buckets: [UInt64]
        package var sum = 0.0
    }

    package let bounds: [Double]
    private let state: Mutex<Counts>

    package init(bounds: [Double]) {
        self.bounds = bounds
        state = Mutex(Counts(buckets: Array(repeating: 0, count: bounds.count + 1)))
    }

    package func record(_ value: Int64) { record(Double(value)) }

    package func record(_ value: Double) {
        let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
        state.withLock { counts in
            counts.buckets[bucket] += 1
            counts.sum += value
        }
    }

    /// A timer's values are kept in seconds, as Prometheus wants them.
    package func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }

    package var counts: Counts { state.withLock { $0 } }

    /// From half a millisecond to ten seconds.
    package static let seconds = [
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ]
    /// From one to a million, for numbers of events and bytes.
    package static let sizes: [Double] = [
        1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576,
    ]
}
