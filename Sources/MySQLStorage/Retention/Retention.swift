import EventStore
import MySQL
import SQL
import SQLStorage
import Values

/// Deletes old events one by one, oldest first: all of them by the log, those of a type by the
/// posting lists of that type. Some hundred events a transaction.
struct Retention {
    let rows: EventRows
    let cutoff: Timestamp

    private static let eventsAtOnce = 256
    private static let listsAtOnce = 256

    private var connection: MySQLConnection { rows.connection }

    /// - Returns: how many events went; fewer than `batchSize` where none is left.
    func deleteEvents(
        of types: EventTypeSelection, batchSize: Int
    ) async throws(SQLError) -> Int {
        switch types {
        case .all: return try await deleteAll(atMost: batchSize)
        case .only(let type): return try await delete(type, atMost: batchSize)
        case .allExcept(let kept):
            var count = 0
            for type in try await rows.notedTypes() where !kept.contains(where: type.isExactly) {
                if count >= batchSize { break }
                count += try await delete(type, atMost: batchSize - count)
            }
            return count
        }
    }

    private var last: Int64 { cutoff.microseconds - 1 }

    // MARK: - Of every type

    private func deleteAll(atMost batchSize: Int) async throws(SQLError) -> Int {
        guard let range = TimeRange(before: cutoff) else { return 0 }
        var count = 0
        while count < batchSize {
            let limit = min(Self.eventsAtOnce, batchSize - count)
            let read = try await rows.rows(in: range, ascending: true, limit: limit)
            var events: [Event] = []
            for row in read { events.append(try await rows.event(from: row)) }
            count += try await connection.transaction { () async throws(SQLError) in
                let count = try await delete(read)
                try await deletePostings(of: events)
                return count
            }
            if read.count < limit { break }
        }
        return count
    }

    /// Everything before the cutoff is gone or going, so lists that end before it go as a whole.
    private func deletePostings(of events: [Event]) async throws(SQLError) {
        let edge = PostingSpan.minute.start(containing: cutoff.microseconds)
        var days = BulkRows(.integer, .integer, .integer)
        for list in Self.lists(of: events, .day) {
            days.append(
                .integer(list.key), .integer(list.start), .integer(cutoff.microseconds))
        }
        try await connection.execute(
            "DELETE FROM posting_day WHERE trait_key = ? AND day = ? AND finish < ?", for: days)
        var minutes = BulkRows(.integer, .integer)
        for list in Self.lists(of: events, .minute) where list.start < edge {
            minutes.append(.integer(list.key), .integer(list.start))
        }
        try await connection.execute(
            "DELETE FROM posting WHERE trait_key = ? AND minute = ?", for: minutes)
    }

    /// Where the events are named, in the order of the lists' primary key.
    private static func lists(of events: [Event], _ span: PostingSpan) -> [ListName] {
        var lists: Set<ListName> = []
        for event in events {
            let start = span.start(containing: event.generated.microseconds)
            for key in PostingKeys.of(event) { lists.insert(ListName(key: key, start: start)) }
        }
        return lists.sorted { $0.order < $1.order }
    }

    private struct ListName: Hashable {
        let key: Int64
        let start: Int64

        var order: (Int64, Int64) { (key, start) }
    }

    // MARK: - Of one type

    private func delete(_ type: String, atMost batchSize: Int) async throws(SQLError) -> Int {
        guard var range = TimeRange(before: cutoff) else { return 0 }
        let key = IndexKey.eventType(type)
        let query = PostingQuery(rows: rows, isAscending: true)
        var count = 0
        while count < batchSize, !range.isEmpty {
            let read = try await query.lists(of: [key], in: range, atMost: Self.listsAtOnce)
            let places = read.lists.flatMap(\.places).filter { $0.generated <= last }
            var rest = places.sorted()[...]
            while !rest.isEmpty, count < batchSize {
                // Some of the slice may be gone, or of a type that shares the key.
                let slice = rest.prefix(min(Self.eventsAtOnce, batchSize - count))
                rest = rest.dropFirst(slice.count)
                count += try await delete(type, at: slice)
            }
            guard rest.isEmpty, let end = read.end else { break }
            try await deleteOutlived(read.lists)
            range.lower = end + 1
        }
        return count
    }

    private func delete(
        _ type: String, at places: ArraySlice<EventPlace>
    ) async throws(SQLError) -> Int {
        var read: [EventRow] = []
        for row in try await rows.rows(at: places) {
            let name = try await rows.names.name(of: row.typeID, on: connection)
            if name?.isExactly(type) == true { read.append(row) }
        }
        if read.isEmpty { return 0 }
        return try await connection.transaction { () async throws(SQLError) in
            try await delete(read)
        }
    }

    /// Lists that name no event any more; the other keys' lists go with their partition.
    private func deleteOutlived(_ lists: [StoredPostingList]) async throws(SQLError) {
        let left = Set(try await rows.messageIDs(at: lists.flatMap(\.places)).map(\.place))
        var days = BulkRows(.integer, .integer, .integer)
        var minutes = days
        for list in lists where !list.places.contains(where: left.contains) {
            switch list.span {
            case .day:
                days.append(.integer(list.key), .integer(list.start), .integer(list.number))
            case .minute:
                minutes.append(.integer(list.key), .integer(list.start), .integer(list.number))
            }
        }
        try await connection.execute(
            "DELETE FROM posting_day WHERE trait_key = ? AND day = ? AND list = ?", for: days)
        try await connection.execute(
            "DELETE FROM posting WHERE trait_key = ? AND minute = ? AND list = ?", for: minutes)
    }

    // MARK: - Rows

    /// Part of one transaction. The ids first, as whoever writes takes them first, too.
    private func delete(_ read: [EventRow]) async throws(SQLError) -> Int {
        if read.isEmpty { return 0 }
        var ids = BulkRows(.blob, .integer, .integer)
        var places = BulkRows(.integer, .integer)
        var parts = BulkRows(.integer, .integer)
        for row in read.sorted(by: { $0.messageID.precedesExactly($1.messageID) }) {
            ids.append(
                .text(row.messageID), .integer(row.place.generated), .integer(Int64(row.place.tie)))
        }
        for row in read {
            places.append(.integer(row.place.generated), .integer(Int64(row.place.tie)))
            if row.parts.isEmpty { continue }
            parts.append(.integer(row.place.generated), .integer(Int64(row.place.tie)))
        }
        try await connection.execute(
            "DELETE FROM event_id WHERE message_id = ? AND generated = ? AND tie = ?", for: ids)
        if !parts.isEmpty {
            try await connection.execute(
                "DELETE FROM event_part WHERE generated = ? AND tie = ?", for: parts)
        }
        return try await connection.execute(
            "DELETE FROM event WHERE generated = ? AND tie = ?", for: places)
    }
}

extension TimeRange {
    /// Nil where there is no time before the cutoff.
    init?(before cutoff: Timestamp) {
        guard cutoff > .earliest else { return nil }
        self.init(for: EventQuery(end: cutoff.advanced(byMicroseconds: -1)))
    }
}
