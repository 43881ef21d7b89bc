import Glibc

extension Timestamp {
    /// The machine's clock, in UTC.
    package static var now: Timestamp {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        let microseconds = Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
        return Timestamp(microseconds: microseconds) ?? .latest
    }
}
