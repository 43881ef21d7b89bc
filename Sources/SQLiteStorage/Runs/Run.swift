import SQL
import SQLite

/// The row of a run: which events it indexes.
struct Run: Sendable, Equatable {
    let id: Int64
    let level: Int
    let firstNumber: Int64
    let lastNumber: Int64
    let eventCount: Int
    /// Microseconds; least and greatest `generated`.
    let earliest: Int64
    let latest: Int64

    init(_ row: Row) {
        id = row.integer(0)
        level = Int(row.integer(1))
        firstNumber = row.integer(2)
        lastNumber = row.integer(3)
        eventCount = Int(row.integer(4))
        earliest = row.integer(5)
        latest = row.integer(6)
    }

    init(
        id: Int64, level: Int, numbers: ClosedRange<Int64>, eventCount: Int,
        times: ClosedRange<Int64>
    ) {
        self.id = id
        self.level = level
        firstNumber = numbers.lowerBound
        lastNumber = numbers.upperBound
        self.eventCount = eventCount
        earliest = times.lowerBound
        latest = times.upperBound
    }

    /// Runs that may hold events of those times, the earliest first.
    static func serving(
        _ times: ClosedRange<Int64>, in database: Database
    ) throws(SQLError) -> [Run] {
        var runs: [Run] = []
        try database.query(
            """
            SELECT run_id, level, first_number, last_number, event_count, earliest, latest
            FROM run WHERE state = 'serving' AND earliest <= ?1 AND latest >= ?2
            ORDER BY earliest
            """, [.integer(times.upperBound), .integer(times.lowerBound)]
        ) { row in runs.append(Run(row)) }
        return runs
    }

    /// The last number that a serving run indexes; 0 where there is none. What follows is the tail.
    static func lastIndexedNumber(in database: Database) throws(SQLError) -> Int64 {
        let last = try database.first(
            "SELECT max(last_number) FROM run WHERE state = 'serving'"
        ) { $0.integer(0) }
        return last ?? 0
    }
}

/// One event in a run's order.
struct RunEntry: Sendable, Equatable {
    /// Microseconds.
    let generated: Int64
    let number: Int64
}

/// Entries of a run by rank. Keeps the page it read last, because neighbours are asked for next.
struct RunOrder {
    private let run: Run
    private var page: (number: Int, entries: [UInt8])?

    /// Part of the file format, like the row of `run_order`.
    static let entriesPerPage = 64
    static let bytesPerEntry = 12

    init(of run: Run) {
        self.run = run
    }

    mutating func entry(at rank: Int, in database: Database) throws(SQLError) -> RunEntry {
        let wanted = rank / Self.entriesPerPage
        if page?.number != wanted {
            let entries = try database.first(
                "SELECT entries FROM run_order WHERE run_id = ?1 AND page = ?2",
                [.integer(run.id), .integer(Int64(wanted))]
            ) { $0.blob(0) }
            page = (wanted, entries ?? [])
        }
        let start = rank % Self.entriesPerPage * Self.bytesPerEntry
        guard let entries = page?.entries, start + Self.bytesPerEntry <= entries.count else {
            throw SQLError(
                kind: .corrupt, code: 0, message: "run \(run.id) has no entry of rank \(rank)")
        }
        return RunEntry(
            generated: Int64(bitPattern: entries.word(at: start)),
            number: run.firstNumber + Int64(entries.halfWord(at: start + 8)))
    }

    static func encode(_ entry: RunEntry, firstNumber: Int64, into bytes: inout [UInt8]) {
        bytes.append(fixed: UInt64(bitPattern: entry.generated))
        bytes.append(fixed: UInt32(truncatingIfNeeded: entry.number - firstNumber))
    }
}
