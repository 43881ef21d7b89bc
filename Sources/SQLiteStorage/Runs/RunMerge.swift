import SQL
import SQLite
import Values

/// Makes one run of several neighbours, in one pass over their rows and in bounded memory.
///
/// The order comes first: it tells for each old rank the new one. Then all postings are read side by
/// side in key order and written again with the new ranks.
struct RunMerge {
    private var order: MergedOrder
    private let sizes: RunSizes
    private var streams: [PostingStream]

    /// - Parameter retainedFrom: events generated before it are gone and are left out.
    init(
        of inputs: [Run], retainedFrom: Int64, rows: EventRows, sizes: RunSizes
    ) throws(SQLError) {
        self.sizes = sizes
        order = try MergedOrder(of: inputs, retainedFrom: retainedFrom, rows: rows)
        streams = inputs.map { PostingStream(run: $0.id) }
    }

    /// The events of the new run in their order, which are asked for once: a million of them take
    /// 16 MiB, and the postings need them no more.
    mutating func takeEntries() -> [RunEntry] { order.takeEntries() }

    /// The rows of the next keys; empty at the end.
    mutating func nextRows(in database: Database) throws(SQLError) -> [RunRow] {
        var rows: [RunRow] = []
        while rows.count < Self.rowsPerStep {
            var key: Int64?
            for index in streams.indices {
                guard let next = try streams[index].key(in: database) else { continue }
                key = min(key ?? next, next)
            }
            guard let key else { break }
            rows += RunRow.postings(of: key, ranks(of: key), sizes)
        }
        return rows
    }

    static let rowsPerStep = 512

    /// The new ranks of a key, taken from every stream that stands on it.
    private mutating func ranks(of key: Int64) -> [UInt32] {
        var ranks: [UInt32] = []
        for index in streams.indices {
            guard let old = streams[index].take(key) else { continue }
            let newRanks = order.newRanks[index]
            for rank in old where Int(rank) < newRanks.count {
                let new = newRanks[Int(rank)]
                if new != MergedOrder.gone { ranks.append(new) }
            }
        }
        ranks.sort()
        return ranks
    }
}

/// The order of the events of several runs together.
struct MergedOrder {
    /// In time order, the ones that are gone left out.
    private var entries: [RunEntry]
    /// For each input, by old rank.
    let newRanks: [[UInt32]]

    static let gone = UInt32.max

    mutating func takeEntries() -> [RunEntry] {
        let taken = entries
        entries = []
        return taken
    }

    /// Of a million events at once, so it is kept small.
    private struct Place {
        let entry: RunEntry
        let input: UInt32
        let rank: UInt32
    }

    init(of inputs: [Run], retainedFrom: Int64, rows: EventRows) throws(SQLError) {
        var places: [Place] = []
        places.reserveCapacity(inputs.reduce(0) { $0 + $1.eventCount })
        for (index, run) in inputs.enumerated() {
            var order = RunOrder(of: run)
            for rank in 0..<run.eventCount {
                let entry = try order.entry(at: rank, in: rows.database)
                if entry.generated >= retainedFrom {
                    places.append(
                        Place(entry: entry, input: UInt32(index), rank: UInt32(rank)))
                }
            }
        }
        places.sort {
            ($0.entry.generated, $0.input, $0.rank) < ($1.entry.generated, $1.input, $1.rank)
        }
        try Self.sortTies(in: &places, rows: rows)
        var newRanks = inputs.map { [UInt32](repeating: Self.gone, count: $0.eventCount) }
        for (rank, place) in places.enumerated() {
            newRanks[Int(place.input)][Int(place.rank)] = UInt32(rank)
        }
        entries = places.map(\.entry)
        self.newRanks = newRanks
    }

    /// Events of one time from different runs are ordered by id, which the row knows.
    private static func sortTies(in places: inout [Place], rows: EventRows) throws(SQLError) {
        var start = 0
        while start < places.count {
            var end = start + 1
            let time = places[start].entry.generated
            while end < places.count, places[end].entry.generated == time { end += 1 }
            if places[start].input != places[end - 1].input {
                var known: [(id: String, place: Place)] = []
                for place in places[start..<end] {
                    // A deleted event has no id any more; where it stands does not matter.
                    let id = try rows.messageID(number: place.entry.number) ?? ""
                    known.append((id, place))
                }
                known.sort { $0.id.precedesExactly($1.id) }
                places.replaceSubrange(start..<end, with: known.map(\.place))
            }
            start = end
        }
    }
}

/// The postings of one run in key order, read a few hundred at a time.
///
/// Runs that are merged fit in one part (see `RunSizes`), so each key has one row.
private struct PostingStream {
    let run: Int64
    private var buffer: [(key: Int64, ranks: [UInt8])] = []
    private var position = 0
    private var nextKey: Int64? = .min

    init(run: Int64) {
        self.run = run
    }

    /// The key it stands on; nil at the end.
    mutating func key(in database: Database) throws(SQLError) -> Int64? {
        if position == buffer.count { try refill(from: database) }
        return position < buffer.count ? buffer[position].key : nil
    }

    /// The ranks of `key` if it stands on that, and a step forward.
    mutating func take(_ key: Int64) -> [UInt32]? {
        guard position < buffer.count, buffer[position].key == key else { return nil }
        defer { position += 1 }
        return RankList.decode(buffer[position].ranks, base: 0)
    }

    private mutating func refill(from database: Database) throws(SQLError) {
        buffer.removeAll(keepingCapacity: true)
        position = 0
        guard let first = nextKey else { return }
        try database.query(
            """
            SELECT key, ranks FROM posting WHERE run_id = ?1 AND key >= ?2 ORDER BY key LIMIT 256
            """, [.integer(run), .integer(first)]
        ) { row in buffer.append((row.integer(0), row.blob(1))) }
        let last = buffer.last?.key
        nextKey = last.flatMap { $0 == .max ? nil : $0 + 1 }
    }
}
