internal import HTTP
internal import Metrics

/// How many events came in, and what became of them.
struct PublishMetrics: Sendable {
    private let outcomes: [PublishReport.Status: Counter]
    private let rejections: [String: Counter]
    private let refusals: [Int: Counter]

    init() {
        refusals = Dictionary(
            uniqueKeysWithValues: PublishRefusals.statuses.map {
                ($0.code, PublishRefusals.counter($0))
            })
        outcomes = Dictionary(
            uniqueKeysWithValues: PublishReport.Status.allCases.map {
                ($0, Counter(label: "annals_events_total", dimensions: [("outcome", $0.rawValue)]))
            })
        rejections = Dictionary(
            uniqueKeysWithValues: Rejection.Code.allCases.map {
                (
                    $0.rawValue,
                    Counter(
                        label: "annals_events_rejected_total", dimensions: [("code", $0.rawValue)])
                )
            })
    }

    /// A request was refused as a whole.
    func count(refusal status: Status) {
        (refusals[status.code] ?? PublishRefusals.counter(status)).increment()
    }

    func count(_ report: PublishReport) {
        for (status, counter) in outcomes {
            let count = report.count(status)
            if count > 0 { counter.increment(by: count) }
        }
        for item in report.items where item.status == .rejected {
            if let code = item.code { rejections[code]?.increment() }
        }
    }
}
