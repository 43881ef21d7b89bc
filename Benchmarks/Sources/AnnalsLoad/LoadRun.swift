import Histogram
import NIOCore

/// One run's counters. Lives on one event loop, so nothing here needs a lock.
final class LoadRun {
    private var source: any RequestSource
    private let loop: any EventLoop
    private let finished: EventLoopPromise<Void>
    private let deadline: NIODeadline?
    /// Time between two requests of one connection; nil sends the next one at once.
    let interval: TimeAmount?
    private var latencies = Histogram<UInt64>(
        highestTrackableValue: 600_000_000, numberOfSignificantValueDigits: .three)
    private var began = NIODeadline.now()
    private var ended = NIODeadline.now()
    private var requests = 0
    private var units = 0
    private var bytes = 0
    private var faults: [String] = []
    private var faultCount = 0
    private var active: Int

    struct Plan {
        var connections: Int
        var seconds: Int64?
        var interval: TimeAmount?
    }

    init(
        source: any RequestSource, plan: Plan, on loop: any EventLoop,
        finished: EventLoopPromise<Void>
    ) {
        self.source = source
        self.loop = loop
        self.finished = finished
        deadline = plan.seconds.map { .now() + .seconds($0) }
        interval = plan.interval
        active = plan.connections
    }

    func writeNext(into buffer: inout ByteBuffer) -> Bool {
        if let deadline, .now() >= deadline { return false }
        do throws(LoadError) {
            return try source.writeNext(into: &buffer)
        } catch {
            fail(error.description)
            return false
        }
    }

    /// - Parameter due: when the request was sent, or should have been at a fixed rate: a server that
    ///   stalls is charged for the requests it kept from being sent.
    func record(_ answer: AnswerReader.Answer, due: NIODeadline) {
        ended = .now()
        requests += 1
        bytes += answer.bodyLength
        let microseconds = max(1, (ended - due).nanoseconds / 1000)
        latencies.record(UInt64(microseconds))
        if let fault = source.fault(of: answer) {
            fail(fault)
        } else {
            units += source.unitsPerRequest
        }
    }

    func fail(_ fault: String) {
        faultCount += 1
        if faults.count < 5 { faults.append(fault) }
    }

    /// A connection has no more to do.
    func end() {
        active -= 1
        if active == 0 { finished.succeed() }
    }

    var report: LoadReport {
        let seconds = Double((ended - began).nanoseconds) / 1e9
        return LoadReport(
            requests: requests, units: units, seconds: seconds,
            unitsPerSecond: seconds > 0 ? Double(units) / seconds : 0,
            answerBytes: bytes, faults: faultCount, firstFaults: faults,
            milliseconds: LoadReport.Latencies(latencies))
    }
}
