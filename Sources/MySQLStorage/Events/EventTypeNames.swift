import EventStore
import MySQL
import SQL
import SQLStorage
import Synchronization
import Values

/// What this process remembers of the tables `event_type`, `trait_name` and `event_shape`. Their rows
/// are never changed or deleted, so what was read once holds as long as the server's links do.
final class EventTypeNames: Sendable {
    private let known = Mutex(Known())

    private struct Known {
        var ids: [ExactText: Int64] = [:]
        var names: [Int64: String] = [:]
        /// Types together with the names and types of traits, whose rows are there.
        var shapes: Set<Int64> = []
    }

    /// A publisher that makes up names must not fill the memory with shapes.
    private static let mostShapes = 10_000

    /// Reads everything anew from now on.
    func forget() {
        known.withLock { $0 = Known() }
    }

    func name(of id: Int64, on connection: MySQLConnection) async throws(SQLError) -> String? {
        if let name = known.withLock({ $0.names[id] }) { return name }
        let row = try await connection.query(
            "SELECT name FROM event_type WHERE event_type_id = \(id)"
        ).first
        guard let name = row?.text(0) else { return nil }
        known.withLock { $0.names[id] = name }
        return name
    }

    /// Sees to it that the types of the events and the names of their traits are noted. Not part of
    /// the events' transaction: a name that is noted without an event does no harm.
    ///
    /// - Returns: the numbers of the types.
    func note(
        _ events: [PreparedEvent], on connection: MySQLConnection
    ) async throws(SQLError) -> [ExactText: Int64] {
        var ids: [ExactText: Int64] = [:]
        var unknown: Set<ExactText> = []
        known.withLock { known in
            for event in events where ids[event.type] == nil {
                if let id = known.ids[event.type] {
                    ids[event.type] = id
                } else {
                    unknown.insert(event.type)
                }
            }
        }
        for type in unknown.sorted() {
            let id = try await insert(type, on: connection)
            ids[type] = id
            known.withLock { $0.ids[type] = id }
        }
        try await noteTraits(of: events, ids, on: connection)
        return ids
    }

    /// Our own mistake: the types of a group are noted before they are used.
    static let unnoted = SQLError(kind: .misuse, code: 0, message: "an event type was not noted")

    private func insert(
        _ type: ExactText, on connection: MySQLConnection
    ) async throws(SQLError) -> Int64 {
        try await connection.execute(
            """
            INSERT INTO event_type (name) VALUES (\(type.text)) ON DUPLICATE KEY UPDATE name = name
            """)
        let row = try await connection.query(
            "SELECT event_type_id FROM event_type WHERE name = \(type.text)"
        ).first
        guard let row else {
            throw SQLError(kind: .other, code: 0, message: "an event type was not stored")
        }
        return row.integer(0)
    }

    private func noteTraits(
        of events: [PreparedEvent], _ ids: [ExactText: Int64], on connection: MySQLConnection
    ) async throws(SQLError) {
        var new: [Int64: PreparedEvent] = [:]
        known.withLock { known in
            for event in events where !known.shapes.contains(event.shape) {
                new[event.shape] = event
            }
        }
        if new.isEmpty { return }
        var traits: Set<TraitRow> = []
        var shapes = BulkRows(.integer, .integer, .integer)
        for event in new.values.sorted(by: { $0.shape < $1.shape }) {
            guard let typeID = ids[event.type] else { throw Self.unnoted }
            for trait in event.event.traits {
                let row = TraitRow(typeID: typeID, trait)
                traits.insert(row)
                shapes.append(.integer(row.nameKey), .integer(typeID), .integer(event.shape))
            }
        }
        try await insert(traits, on: connection)
        try await connection.execute(
            """
            INSERT INTO event_shape (name_key, event_type_id, shape_key) VALUES (?, ?, ?)
            ON DUPLICATE KEY UPDATE shape_key = shape_key
            """, for: shapes)
        known.withLock { known in
            if known.shapes.count > Self.mostShapes { known.shapes.removeAll() }
            known.shapes.formUnion(new.keys)
        }
    }

    private func insert(
        _ traits: Set<TraitRow>, on connection: MySQLConnection
    ) async throws(SQLError) {
        var rows = BulkRows(.integer, .integer, .integer, .blob)
        for trait in traits.sorted(by: { $0.order < $1.order }) {
            rows.append(
                .integer(trait.typeID), .integer(Int64(trait.type.rawValue)),
                .integer(trait.nameKey), .text(trait.name.text))
        }
        try await connection.execute(
            """
            INSERT INTO trait_name (event_type_id, trait_type, name_key, name) VALUES (?, ?, ?, ?)
            ON DUPLICATE KEY UPDATE name_key = name_key
            """, for: rows)
    }
}

private struct TraitRow: Hashable {
    let typeID: Int64
    let type: TraitType
    let nameKey: Int64
    let name: ExactText

    init(typeID: Int64, _ trait: Trait) {
        self.typeID = typeID
        type = trait.value.type
        nameKey = IndexKey.presence(trait.name, trait.value.type)
        name = ExactText(trait.name)
    }

    /// That of the primary key: rows that several instances insert are locked in one order.
    var order: (Int64, Int, Int64) { (typeID, type.rawValue, nameKey) }
}
