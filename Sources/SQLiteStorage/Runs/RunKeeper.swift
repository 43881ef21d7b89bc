import EventStore
import SQL
import SQLite

/// Keeps the index in shape behind the writer's back: full segments of the tail become runs, runs
/// become longer runs, and what serves no more is deleted. Every step is a short transaction, so
/// that publishers never wait for more than one of them.
actor RunKeeper {
    private let writer: EventWriter
    private let reader: SQLiteConnection
    private let tail: TailIndex
    private let names: EventTypeNames
    private let sizes: RunSizes
    private var work: Task<Void, Never>?
    private var isClosed = false
    private var waitingForSegment: [CheckedContinuation<Void, Never>] = []
    private let report: @Sendable (SQLError) -> Void

    /// - Parameters:
    ///   - reader: a connection of its own; a merge reads for a while.
    ///   - report: told what failed; the work is tried again at the next wake.
    init(
        writer: EventWriter, reader: SQLiteConnection, tail: TailIndex, names: EventTypeNames,
        sizes: RunSizes, report: @escaping @Sendable (SQLError) -> Void
    ) {
        self.writer = writer
        self.reader = reader
        self.tail = tail
        self.names = names
        self.sizes = sizes
        self.report = report
    }

    /// Begins to work if there is something to do; returns at once.
    func wake() {
        guard work == nil, !isClosed else { return }
        // Not a child of the request that woke it: the work outlives it.
        work = Task { await self.workUntilDone() }
    }

    /// Waits until the oldest segment of the tail is a run, or the work has ended without that.
    func segmentWritten() async {
        wake()
        if work == nil { return }
        await withCheckedContinuation { waitingForSegment.append($0) }
    }

    private func resumeWaiting() {
        for waiting in waitingForSegment { waiting.resume() }
        waitingForSegment.removeAll()
    }

    /// Waits until nothing is left to do.
    func finish() async {
        wake()
        while let work {
            await work.value
        }
    }

    /// Stops after the step in hand. What is half done is begun anew at the next start.
    func close() async {
        isClosed = true
        await work?.value
    }

    private func workUntilDone() async {
        do throws(SQLError) {
            // What is half written now was left by work that failed, on a full disk for example.
            try await writer.maintain { database throws(SQLError) in
                try RunTables(database: database).retireUnfinished()
            }
            while !isClosed, try await step() {}
        } catch {
            report(error)
        }
        work = nil
        resumeWaiting()
    }

    /// - Returns: false where nothing was left to do.
    private func step() async throws(SQLError) -> Bool {
        if try await writeOldestSegment() { return true }
        let outlived = try await retireOutlived()
        if outlived { return true }
        let sizes = self.sizes
        let due = try await reader.run { database throws(SQLError) in
            try RunTables(database: database).mergeable(sizes)
        }
        if !due.isEmpty {
            try await merge(due)
            return true
        }
        return try await writer.maintain { database throws(SQLError) in
            try RunTables(database: database).removeSomeRetired()
        }
    }

    private func writeOldestSegment() async throws(SQLError) -> Bool {
        guard let segment = tail.oldestFullSegment(), let content = RunContent(segment, sizes)
        else {
            return false
        }
        let run = try await begin(
            level: 0, numbers: content.numbers, eventCount: content.eventCount,
            times: content.times)
        for start in stride(from: 0, to: content.rows.count, by: RunMerge.rowsPerStep) {
            let end = min(start + RunMerge.rowsPerStep, content.rows.count)
            try await insert(content.rows[start..<end], into: run)
        }
        try await serve(run)
        tail.removeOldestSegment()
        resumeWaiting()
        return true
    }

    private func retireOutlived() async throws(SQLError) -> Bool {
        let outlived = try await reader.run { database throws(SQLError) in
            let retainedFrom = try StoreFact.retainedFrom.value(in: database)
            return try RunTables(database: database).outlived(retainedFrom)
        }
        if outlived.isEmpty { return false }
        try await serve(nil, insteadOf: outlived)
        return true
    }

    private func merge(_ inputs: [Run]) async throws(SQLError) {
        let (names, sizes) = (self.names, self.sizes)
        var merge = try await reader.run { database throws(SQLError) in
            try RunMerge(
                of: inputs, retainedFrom: StoreFact.retainedFrom.value(in: database),
                rows: EventRows(database: database, names: names), sizes: sizes)
        }
        let entries = merge.takeEntries()
        guard let first = entries.first, let last = entries.last,
            let firstRun = inputs.first, let lastRun = inputs.last
        else { return try await serve(nil, insteadOf: inputs) }
        let run = try await begin(
            level: firstRun.level + 1, numbers: firstRun.firstNumber...lastRun.lastNumber,
            eventCount: entries.count, times: first.generated...last.generated)
        try await write(
            RunRow.order(consume entries, firstNumber: firstRun.firstNumber), into: run)
        while !isClosed {
            let step = try await next(of: merge)
            merge = step.merge
            if step.rows.isEmpty { return try await serve(run, insteadOf: inputs) }
            try await write(step.rows, into: run)
        }
    }

    private func next(of merge: RunMerge) async throws(SQLError) -> (
        merge: RunMerge, rows: [RunRow]
    ) {
        try await reader.run { database throws(SQLError) in
            var merge = merge
            let rows = try merge.nextRows(in: database)
            return (merge, rows)
        }
    }

    /// Young events come first: the tail must not grow while a long merge is under way.
    private func write(_ rows: [RunRow], into run: Int64) async throws(SQLError) {
        for start in stride(from: 0, to: rows.count, by: RunMerge.rowsPerStep) {
            while try await writeOldestSegment() {}
            try await insert(
                rows[start..<min(start + RunMerge.rowsPerStep, rows.count)], into: run)
        }
    }

    private func begin(
        level: Int, numbers: ClosedRange<Int64>, eventCount: Int, times: ClosedRange<Int64>
    ) async throws(SQLError) -> Int64 {
        try await writer.maintain { database throws(SQLError) in
            try RunTables(database: database).begin(
                level: level, numbers: numbers, eventCount: eventCount, times: times)
        }
    }

    private func insert(_ rows: ArraySlice<RunRow>, into run: Int64) async throws(SQLError) {
        try await writer.maintain { database throws(SQLError) in
            try RunTables(database: database).insert(rows, into: run)
        }
    }

    private func serve(_ run: Int64?, insteadOf old: [Run] = []) async throws(SQLError) {
        try await writer.maintain { database throws(SQLError) in
            try RunTables(database: database).serve(run, insteadOf: old)
        }
    }
}
