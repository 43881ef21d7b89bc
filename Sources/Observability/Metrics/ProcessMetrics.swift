import FoundationEssentials
import Glibc
import Metrics

/// What the kernel says of this process, under the names every Prometheus client uses.
package struct ProcessMetrics: Sendable {
    private let memory = Meter(label: "process_resident_memory_bytes")
    private let descriptors = Meter(label: "process_open_fds")
    private let processorTime = Meter(label: "process_cpu_seconds")

    package init() {}

    /// Reads `/proc/self`; what cannot be read keeps its last value.
    package func refresh() {
        if let pages = Self.words("/proc/self/statm").dropFirst().first.flatMap({ Int64($0) }) {
            memory.set(pages * Int64(sysconf(Int32(_SC_PAGESIZE))))
        }
        if let names = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") {
            descriptors.set(Int64(names.count))
        }
        var usage = timespec()
        if unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &usage) == 0 {
            processorTime.set(Double(usage.tv_sec) + Double(usage.tv_nsec) / 1e9)
        }
    }

    private static func words(_ path: String) -> [Substring] {
        let data = FileManager.default.contents(atPath: path) ?? Data()
        return String(decoding: data, as: UTF8.self).split(separator: " ")
    }
}
