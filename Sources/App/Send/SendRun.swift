/// One run of `annals send`: batches go out, several at a time, until the input ends.
package struct SendRun: Sendable {
    private let sender: BatchSender
    /// Requests under way at a time.
    private let parallel: Int
    private let stop: StopRequest
    private let style: CopyProgress.Style
    private let write: @Sendable (String) -> Void

    /// - Parameter write: takes what is shown while it runs.
    package init(
        _ sender: BatchSender, parallel: Int, stop: StopRequest, style: CopyProgress.Style,
        write: @escaping @Sendable (String) -> Void
    ) {
        self.sender = sender
        self.parallel = parallel
        self.stop = stop
        self.style = style
        self.write = write
    }

    package func run(_ source: BatchSource) async -> SendReport {
        var source = source
        var report = SendReport()
        var progress = CopyProgress("sent", total: nil, done: 0, style: style, write: write)
        let ledger = SendLedger()
        await withTaskGroup(of: Void.self) { group in
            var free = max(parallel, 1)
            while ledger.failure == nil, !stop.isMade {
                progress.update(ledger.tally.answered)
                if free == 0 {
                    await group.next()
                    free += 1
                    continue
                }
                guard let step = await Self.next(&source, &report) else { break }
                guard case .batch(let batch) = step else { continue }
                free -= 1
                group.addTask { ledger.add(await sender.send(batch)) }
            }
            await group.waitForAll()
        }
        progress.finish()
        report.pace = progress.pace(ledger.tally.answered)
        report.tally += ledger.tally
        report.failure = ledger.failure ?? report.failure
        report.isWhole = report.isInputRead && report.failure == nil
        return report
    }

    /// Nil at the end of the input, good or bad.
    private static func next(
        _ source: inout BatchSource, _ report: inout SendReport
    ) async -> BatchSource.Step? {
        do throws(SendFailure) {
            let step = try await source.next()
            for event in source.takeBroken() {
                report.tally.reject(
                    event, "invalid_json", "A text in the event holds a line end as it is.")
            }
            if case .end = step {
                report.isInputRead = true
                return nil
            }
            return step
        } catch {
            report.failure = error
            return nil
        }
    }
}
