import Foundation
import Histogram

/// What a run found, as it is printed.
struct LoadReport: Encodable {
    var requests: Int
    /// Events acknowledged, or queries answered.
    var units: Int
    var seconds: Double
    var unitsPerSecond: Double
    var answerBytes: Int
    var faults: Int
    var firstFaults: [String]
    var milliseconds: Latencies

    struct Latencies: Encodable {
        var mean: Double
        var p50: Double
        var p90: Double
        var p99: Double
        var p999: Double
        var maximum: Double

        /// - Parameter histogram: in microseconds.
        init(_ histogram: Histogram<UInt64>) {
            mean = histogram.mean / 1000
            p50 = Double(histogram.valueAtPercentile(50)) / 1000
            p90 = Double(histogram.valueAtPercentile(90)) / 1000
            p99 = Double(histogram.valueAtPercentile(99)) / 1000
            p999 = Double(histogram.valueAtPercentile(99.9)) / 1000
            maximum = Double(histogram.max) / 1000
        }
    }

    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}
