import EventStore
import PostgreSQL
import SQL
import SQLStorage
import Synchronization
import Values

/// What is remembered of the tables `event_type` and `trait_name`: what is in it needs no statement.
///
/// Rows of both are written before the events that need them, in transactions of their own, and are
/// never changed: what was read once holds for as long as the server is the same.
final class EventTypeTable: Sendable {
    private let memory = Mutex(Memory())

    private struct Memory {
        var ids: [ExactText: Int64] = [:]
        var names: [Int64: String] = [:]
        /// Shapes of events whose trait names are stored; see `IndexKey.shape`.
        var shapes: Set<Int64> = []
    }

    /// A publisher that makes up names must not fill the memory.
    private static let mostShapes = 20_000

    func forget() {
        memory.withLock { $0 = Memory() }
    }

    /// Stores the types and trait names that events have and the tables do not.
    ///
    /// - Returns: the id of each type of `events`. To be used instead of what is remembered: another
    ///   link that opens makes all be forgotten at any time.
    func note(
        _ events: [PreparedEvent], on connection: PostgreSQLConnection
    ) async throws(SQLError) -> [ExactText: Int64] {
        let wanted = Set(events.map { ExactText($0.event.eventType) })
        var ids = memory.withLock { memory in
            wanted.reduce(into: [:]) { $0[$1] = memory.ids[$1] }
        }
        try await read(wanted.filter { ids[$0] == nil }, into: &ids, on: connection)
        let missing = wanted.filter { ids[$0] == nil }
        if !missing.isEmpty {
            try await connection.execute(
                """
                INSERT INTO event_type (name) SELECT name FROM unnest(
                \(.blob(BinaryArray.texts(missing.sorted().map(\.text))))::text[]) AS incoming (name)
                ON CONFLICT (name) DO NOTHING
                """)
            try await read(missing, into: &ids, on: connection)
        }
        guard wanted.allSatisfy({ ids[$0] != nil }) else { throw Self.vanished }
        try await noteTraits(of: events, ids, on: connection)
        return ids
    }

    private func read(
        _ names: Set<ExactText>, into ids: inout [ExactText: Int64],
        on connection: PostgreSQLConnection
    ) async throws(SQLError) {
        if names.isEmpty { return }
        let rows = try await connection.query(
            """
            SELECT event_type_id, name FROM event_type
            WHERE name = ANY(\(.blob(BinaryArray.texts(names.sorted().map(\.text))))::text[])
            """)
        keep(rows)
        for row in rows { ids[ExactText(row.text(1))] = row.integer(0) }
    }

    /// Nobody deletes types; should somebody have done it, the group is tried again.
    private static let vanished = SQLError(
        kind: .deadlock, code: 0, state: "40001", message: "an event type was deleted meanwhile")

    private func keep(_ rows: [SQLRow]) {
        memory.withLock { memory in
            for row in rows {
                memory.ids[ExactText(row.text(1))] = row.integer(0)
                memory.names[row.integer(0)] = row.text(1)
            }
        }
    }

    private func noteTraits(
        of events: [PreparedEvent], _ ids: [ExactText: Int64],
        on connection: PostgreSQLConnection
    ) async throws(SQLError) {
        let unknown = memory.withLock { memory in
            events.filter { !memory.shapes.contains($0.shape) }
        }
        if unknown.isEmpty { return }
        var rows: Set<NotedTrait> = []
        for prepared in unknown {
            guard let type = ids[ExactText(prepared.event.eventType)] else { continue }
            for trait in prepared.event.traits {
                rows.insert(
                    NotedTrait(
                        eventType: type, traitType: Int64(trait.value.type.rawValue),
                        name: ExactText(trait.name)))
            }
        }
        // In one order, so that two instances never wait for each other.
        let ordered = rows.sorted()
        try await connection.execute(
            """
            INSERT INTO trait_name (event_type_id, trait_type, name)
            SELECT event_type_id, trait_type, name FROM unnest(
                \(.blob(BinaryArray.integers(ordered.map(\.eventType))))::bigint[],
                \(.blob(BinaryArray.integers(ordered.map(\.traitType))))::bigint[],
                \(.blob(BinaryArray.texts(ordered.map(\.name.text))))::text[]
            ) AS incoming (event_type_id, trait_type, name)
            ON CONFLICT DO NOTHING
            """)
        memory.withLock { memory in
            if memory.shapes.count > Self.mostShapes { memory.shapes.removeAll() }
            memory.shapes.formUnion(unknown.map(\.shape))
        }
    }

    private struct NotedTrait: Hashable, Comparable {
        let eventType: Int64
        let traitType: Int64
        let name: ExactText

        static func < (left: NotedTrait, right: NotedTrait) -> Bool {
            (left.eventType, left.traitType, left.name)
                < (right.eventType, right.traitType, right.name)
        }
    }
}

extension EventTypeTable {
    /// - Returns: nil where no event ever had that type.
    func id(
        of name: String, on connection: PostgreSQLConnection
    ) async throws(SQLError) -> Int64? {
        let name = ExactText(name)
        if let known = memory.withLock({ $0.ids[name] }) { return known }
        var ids: [ExactText: Int64] = [:]
        try await read([name], into: &ids, on: connection)
        return ids[name]
    }

    /// The names of the types that rows have.
    ///
    /// - Returns: by id; one that is missing has no row in `event_type`.
    func names(
        of ids: Set<Int64>, on connection: PostgreSQLConnection
    ) async throws(SQLError) -> [Int64: String] {
        let known = memory.withLock { memory in
            ids.reduce(into: [:]) { $0[$1] = memory.names[$1] }
        }
        let unknown = ids.filter { known[$0] == nil }
        if unknown.isEmpty { return known }
        let rows = try await connection.query(
            """
            SELECT event_type_id, name FROM event_type
            WHERE event_type_id = ANY(\(.blob(BinaryArray.integers(unknown.sorted())))::bigint[])
            """)
        keep(rows)
        return rows.reduce(into: known) { $0[$1.integer(0)] = $1.text(1) }
    }
}
