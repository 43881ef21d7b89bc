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
        /// Counts what was forgotten: an answer that was asked for before is of the server before.
        var age = 0
    }

    /// A publisher that makes up names must not fill the memory.
    private static let mostShapes = 20_000

    func forget() {
        memory.withLock { $0 = Memory(age: $0.age + 1) }
    }

    /// Stores the types and trait names that events have and the tables do not.
    ///
    /// - Returns: the types of all events. What is remembered may be forgotten at any moment; this is
    ///   the caller's own.
    func note(
        _ events: [PreparedEvent], on connection: PostgreSQLConnection
    ) async throws(SQLError) -> [ExactText: Int64] {
        let names = Set(events.map { ExactText($0.event.eventType) })
        var ids = try await read(names, on: connection)
        let missing = names.filter { ids[$0] == nil }
        if !missing.isEmpty {
            let texts = missing.sorted().map(\.text)
            try await connection.execute(
                """
                INSERT INTO event_type (name) SELECT name FROM unnest(
                \(.blob(BinaryArray.texts(texts)))::text[]) AS incoming (name)
                ON CONFLICT (name) DO NOTHING
                """)
            ids.merge(try await read(missing, on: connection)) { known, _ in known }
        }
        guard ids.count == names.count else {
            throw SQLError(kind: .other, code: 0, message: "an event type was not stored")
        }
        try await noteTraits(of: events, ids, on: connection)
        return ids
    }

    /// - Returns: by name; a type that is missing has no row.
    private func read(
        _ names: Set<ExactText>, on connection: PostgreSQLConnection
    ) async throws(SQLError) -> [ExactText: Int64] {
        var (ids, age) = memory.withLock { memory in
            (names.reduce(into: [:]) { $0[$1] = memory.ids[$1] }, memory.age)
        }
        if ids.count == names.count { return ids }
        let unknown = names.filter { ids[$0] == nil }.sorted().map(\.text)
        let rows = try await connection.query(
            """
            SELECT event_type_id, name FROM event_type
            WHERE name = ANY(\(.blob(BinaryArray.texts(unknown)))::text[])
            """)
        keep(rows, of: age)
        for row in rows { ids[ExactText(row.text(1))] = row.integer(0) }
        return ids
    }

    private func keep(_ rows: [SQLRow], of age: Int) {
        memory.withLock { memory in
            guard memory.age == age else { return }
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
        let (unknown, age) = memory.withLock { memory in
            (events.filter { !memory.shapes.contains($0.shape) }, memory.age)
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
            guard memory.age == age else { return }
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
        return try await read([name], on: connection)[name]
    }

    /// The names of the types that rows have.
    ///
    /// - Returns: by id; one that is missing has no row in `event_type`.
    func names(
        of ids: Set<Int64>, on connection: PostgreSQLConnection
    ) async throws(SQLError) -> [Int64: String] {
        let (known, age) = memory.withLock { memory in
            (ids.reduce(into: [:]) { $0[$1] = memory.names[$1] }, memory.age)
        }
        let unknown = ids.filter { known[$0] == nil }
        if unknown.isEmpty { return known }
        let rows = try await connection.query(
            """
            SELECT event_type_id, name FROM event_type
            WHERE event_type_id = ANY(\(.blob(BinaryArray.integers(unknown.sorted())))::bigint[])
            """)
        keep(rows, of: age)
        return rows.reduce(into: known) { $0[$1.integer(0)] = $1.text(1) }
    }
}
