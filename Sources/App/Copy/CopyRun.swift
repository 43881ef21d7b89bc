package import EventCopy
package import EventStore
import Observability
import OpenSSL
import Values
import Synchronization

/// One run of `annals copy`: events are copied, then every one of them is read back and compared.
package struct CopyRun: Sendable {
    private let source: any CopySource
    private let target: any EventStorage
    private let file: CopyStateFile
    private let style: CopyProgress.Style
    private let stop: StopRequest
    private let write: @Sendable (String) -> Void

    /// - Parameter write: takes what is shown while it runs.
    package init(
        from source: any CopySource, to target: any EventStorage, file: CopyStateFile,
        style: CopyProgress.Style, stop: StopRequest, write: @escaping @Sendable (String) -> Void
    ) {
        self.source = source
        self.target = target
        self.file = file
        self.style = style
        self.stop = stop
        self.write = write
    }

    /// What is to be done of the two parts.
    package enum Scope: Sendable {
        case everything
        /// Nothing is written to the target.
        case comparison
    }

    /// - Parameter startsAnew: does not go on where an earlier run ended.
    package func run(_ scope: Scope, startsAnew: Bool) async throws(CopyFailure) -> CopyReport {
        var state = CopyState()
        if !startsAnew, let known = try file.read() { state = known }
        // A comparison that ended says nothing about what happened since.
        if state.isCompared { state.restartComparison() }
        try file.write(state)
        do throws(StorageError) {
            try await probe(after: state.position)
            let total = await sourceCount()
            var report = CopyReport(statePath: file.path)
            var isWhole = true
            if scope == .everything {
                isWhole = try await copy(&state, &report, total)
            }
            if isWhole {
                // Counted before it is read: what comes in meanwhile is not missed.
                report.counted = await sourceCount()
                isWhole = try await compare(&state, &report, report.counted)
            }
            report.isWhole = isWhole
            report.state = state
            return report
        } catch {
            throw CopyFailure(
                "\(error.label): \(error.detail). What is copied stays; the same command goes on "
                    + "where this one ended (\(file.path)).")
        }
    }

    /// A server that is not there at the start, or does not let us in, is said at once. One that goes
    /// away later is waited for.
    private func probe(after position: SourcePosition?) async throws(StorageError) {
        _ = try await source.page(after: position)
        _ = try await target.events(matching: EventQuery(limit: 1))
    }

    private var patience: Patience {
        Patience(report: { [write] error, pause in
            guard pause >= .seconds(1) else { return }
            write("annals: \(error.label): \(error.detail); next try in \(pause.inWords)\n")
        })
    }

    /// Nil where the source does not know, or cannot tell in time: bar and comparison can do without.
    private func sourceCount() async -> Int? {
        try? await source.eventCount()
    }

    private func copy(
        _ state: inout CopyState, _ report: inout CopyReport, _ total: Int?
    ) async throws(StorageError) -> Bool {
        let before = state.copied
        var progress = CopyProgress(
            "copied", total: total, done: before.events, style: style, write: write)
        defer { progress.finish() }
        let pass = CopyPass(
            from: source, to: target, digest: SHA256.digest, now: .now, patience: patience)
        let isWhole = try await pass.run(&state) { state throws(StorageError) in
            progress.update(state.copied.events)
            return try keep(state)
        }
        report.copying = progress.pace(state.copied.events)
        report.copiedBefore = before
        return isWhole
    }

    private func compare(
        _ state: inout CopyState, _ report: inout CopyReport, _ total: Int?
    ) async throws(StorageError) -> Bool {
        var progress = CopyProgress(
            "compared", total: total, done: state.compared.events, style: style, write: write)
        defer { progress.finish() }
        let pass = ComparePass(source, with: target, digest: SHA256.digest, patience: patience)
        let isWhole = try await pass.run(&state) { state throws(StorageError) in
            progress.update(state.compared.events)
            return try keep(state)
        }
        report.comparing = progress.pace(state.compared.events)
        if isWhole { _ = try keep(state) }
        return isWhole
    }

    /// - Returns: false where the operator wants it to end.
    private func keep(_ state: CopyState) throws(StorageError) -> Bool {
        do throws(CopyFailure) {
            try file.write(state)
        } catch {
            throw .failed(detail: error.description)
        }
        return !stop.isMade
    }
}

/// Asks a run to end after the page it is at.
package final class StopRequest: Sendable {
    private let made = Mutex(false)

    package init() {}

    package var isMade: Bool { made.withLock { $0 } }

    package func make() {
        made.withLock { $0 = true }
    }
}
