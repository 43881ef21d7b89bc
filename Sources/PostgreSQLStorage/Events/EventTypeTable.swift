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

    func knownID(of name: String) -> Int64? {
        memory.withLock { $0.ids[ExactText(name)] }
    }

    /// Stores the types and trait names that events have and the tables do not.
    func note(
        _ events: [PreparedEvent], on connection: PostgreSQLConnection
    ) async throws(SQLError) {
        let unknown = Set(events.map { ExactText($0.event.eventType) }).filter {
            knownID(of: $0.text) == nil
        }
        if !unknown.isEmpty {
            let names = unknown.sorted().map(\.text)
            try await read(names, on: connection)
            let missing = names.filter { knownID(of: $0) == nil }
            if !missing.isEmpty {
                try await connection.execute(
                    """
                    INSERT INTO event_type (name) SELECT name FROM unnest(
                    \(.blob(BinaryArray.texts(missing)))::text[]) AS incoming (name)
                    ON CONFLICT (name) DO NOTHING
                    """)
                try await read(missing, on: connection)
            }
        }
        try await noteTraits(of: events, on: connection)
    }

    private func read(
        _ names: [String], on connection: PostgreSQLConnection
    ) async throws(SQLError) {
        let rows = try await connection.query(
            """
            SELECT event_type_id, name FROM event_type
            WHERE name = ANY(\(.blob(BinaryArray.texts(names)))::text[])
            """)
        keep(rows)
    }

    private func keep(_ rows: [SQLRow]) {
        memory.withLock { memory in
            for row in rows {
                memory.ids[ExactText(row.text(1))] = row.integer(0)
                memory.names[row.integer(0)] = row.text(1)
            }
        }
    }

    private func noteTraits(
        of events: [PreparedEvent], on connection: PostgreSQLConnection
    ) async throws(SQLError) {
        let unknown = memory.withLock { memory in
            events.filter { !memory.shapes.contains($0.shape) }
        }
        if unknown.isEmpty { return }
        var rows: Set<NotedTrait> = []
        for prepared in unknown {
            let type = knownID(of: prepared.event.eventType) ?? 0
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
        if let known = knownID(of: name) { return known }
        try await read([name], on: connection)
        return knownID(of: name)
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
