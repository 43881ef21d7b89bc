/// How much time a posting list covers: lists of minutes are in the table `posting`, lists of days,
/// made of these later, in `posting_day`. A stretch begins at a whole multiple of its length (UTC).
enum PostingSpan: Int64, CaseIterable {
    case minute = 0
    case day = 1

    /// Microseconds.
    var length: Int64 {
        switch self {
        case .minute: 60_000_000
        case .day: 86_400_000_000
        }
    }

    /// The first microsecond of the stretch that holds `generated`.
    func start(containing generated: Int64) -> Int64 {
        let rest = generated % length
        return generated - (rest < 0 ? rest + length : rest)
    }
}
