package import EventStore
import PostgreSQL
import SQL
import Values

extension PostgreSQLEventStorage {
    package func eventTypes(
        visibleTo visibility: Visibility
    ) async throws(StorageError) -> [String] {
        let present = try await reading { rows async throws(SQLError) -> [String] in
            try await rows.connection.search(
                """
                SELECT name FROM event_type AS type, LATERAL (
                    SELECT 1 FROM event WHERE event.event_type_id = type.event_type_id LIMIT 1
                ) AS any_event ORDER BY name
                """, within: rows.limit
            ).map { $0.text(0) }
        }
        if visibility == .everything { return present }
        var visible: [String] = []
        for type in present {
            let query = EventQuery(
                eventType: type, order: .newestFirst, limit: 1, visibility: visibility)
            if try await !events(matching: query).isEmpty { visible.append(type) }
        }
        return visible
    }

    package func traitDescriptions(
        of eventType: String, visibleTo visibility: Visibility
    ) async throws(StorageError) -> [TraitDescription] {
        if eventType.holdsNUL { return [] }
        let noted = try await notedTraits(of: eventType)
        if noted.isEmpty { return [] }
        // Most of what was noted is still in the latest events; the rest is looked for one by one.
        let latest = EventQuery(
            eventType: eventType, order: .newestFirst, limit: 20, visibility: visibility)
        let seen = Set(
            try await events(matching: latest).flatMap(\.traits).map {
                TraitDescription(name: $0.name, type: $0.value.type).exact
            })
        var present: [TraitDescription] = []
        for description in noted {
            if !seen.contains(description.exact) {
                let query = EventQuery(
                    eventType: eventType, having: description, order: .newestFirst, limit: 1,
                    visibility: visibility)
                if try await events(matching: query).isEmpty { continue }
            }
            present.append(description)
        }
        return present
    }

    /// Traits that events of a type have had, in the order of trait types and names.
    private func notedTraits(
        of eventType: String
    ) async throws(StorageError) -> [TraitDescription] {
        try await reading { rows async throws(SQLError) -> [TraitDescription] in
            guard let id = try await rows.types.id(of: eventType, on: rows.connection) else {
                return []
            }
            let found = try await rows.connection.query(
                """
                SELECT trait_type, name FROM trait_name WHERE event_type_id = \(id)
                ORDER BY trait_type, name
                """, within: rows.limit)
            return found.compactMap { row in
                TraitType(rawValue: Int(row.integer(0))).map {
                    TraitDescription(name: row.text(1), type: $0)
                }
            }
        }
    }
}

extension TraitDescription {
    /// Compares byte for byte.
    fileprivate var exact: ExactDescription {
        ExactDescription(name: ExactText(name), type: type)
    }
}

private struct ExactDescription: Hashable {
    let name: ExactText
    let type: TraitType
}
