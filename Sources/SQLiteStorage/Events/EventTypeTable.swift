import EventStore
import SQL
import SQLite
import Values

/// The writer's memory of the tables `event_type` and `trait_name`: what is in it needs no write.
struct EventTypeTable {
    private var ids: [ExactText: Int64] = [:]
    /// Shapes of events whose trait names are noted already; see `PreparedEvent.shape`.
    private var shapes: Set<Int64> = []
    /// Trait names already noted, by event type and type of trait.
    private var traitNames: [TraitNameKey: Set<ExactText>] = [:]

    private struct TraitNameKey: Hashable {
        let eventType: Int64
        let traitType: TraitType
    }

    init(in database: Database) throws(SQLError) {
        try database.query("SELECT event_type_id, name FROM event_type") { row in
            ids[ExactText(row.text(1))] = row.integer(0)
        }
        try database.query("SELECT event_type_id, trait_type, name FROM trait_name") { row in
            guard let type = TraitType(rawValue: Int(row.integer(1))) else { return }
            let key = TraitNameKey(eventType: row.integer(0), traitType: type)
            traitNames[key, default: []].insert(ExactText(row.text(2)))
        }
    }

    mutating func id(of name: String, in database: Database) throws(SQLError) -> Int64 {
        if let known = ids[ExactText(name)] { return known }
        try database.execute(
            "INSERT INTO event_type (name) VALUES (?1) ON CONFLICT (name) DO NOTHING",
            [.text(name)])
        let id = try database.first(
            "SELECT event_type_id FROM event_type WHERE name = ?1", [.text(name)]
        ) { $0.integer(0) }
        guard let id else {
            throw SQLError(kind: .other, code: 0, message: "an event type was not stored")
        }
        ids[ExactText(name)] = id
        return id
    }

    mutating func note(
        _ traits: [Trait], of eventType: Int64, shape: Int64, in database: Database
    ) throws(SQLError) {
        if shapes.contains(shape) { return }
        // A publisher that makes up names must not fill the memory with shapes.
        if shapes.count >= 10_000 { shapes.removeAll() }
        shapes.insert(shape)
        for trait in traits {
            let type = trait.value.type
            let key = TraitNameKey(eventType: eventType, traitType: type)
            // Asked first: an insert would copy the table for each transaction.
            if traitNames[key]?.contains(ExactText(trait.name)) == true { continue }
            traitNames[key, default: []].insert(ExactText(trait.name))
            try database.execute(
                """
                INSERT INTO trait_name (event_type_id, trait_type, name) VALUES (?1, ?2, ?3)
                ON CONFLICT DO NOTHING
                """,
                [.integer(eventType), .integer(Int64(type.rawValue)), .text(trait.name)])
        }
    }
}
