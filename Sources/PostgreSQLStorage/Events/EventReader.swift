import EventStore
import PostgreSQL
import SQL
import Values

/// Answers queries on one connection.
struct EventReader {
    let rows: EventRows
    let partitions: PartitionTable

    func events(matching query: EventQuery) async throws(SQLError) -> [Event] {
        if query.limit <= 0 { return [] }
        if let id = query.messageID {
            let event = try await rows.event(messageID: id) { isAnswer($0, to: query) }
            return event.map { [$0] } ?? []
        }
        guard let window = TimeWindow(for: query),
            let conditions = try await conditions(for: query)
        else { return [] }
        guard query.order.sortsByTime else {
            var search = IDSearch(query, conditions, rows)
            return try await search.page(in: window)
        }
        var search = EventSearch(query, conditions, rows)
        let known = try await partitions.known(on: rows.connection)
        return try await search.page(
            in: window.pieces(
                at: known.edges, ascending: query.order.isTimeAscending, present: known.readAt))
    }

    private func isAnswer(_ event: Event, to query: EventQuery) -> Bool {
        let isBehind = query.after.map { query.order.precedes($0, EventPosition(of: event)) }
        return isBehind ?? true && query.matches(event)
    }

    /// - Returns: nil where nothing can match.
    private func conditions(for query: EventQuery) async throws(SQLError) -> SearchConditions? {
        var typeID: Int64?
        if let type = query.eventType {
            typeID = try await rows.types.id(of: type, on: rows.connection)
            if typeID == nil { return nil }
        }
        let conditions = SearchConditions(
            for: query, typeID: typeID, typesWithTraits: try await typesWithTraits(of: query))
        return conditions.isEmpty ? nil : conditions
    }

    /// The types whose events ever had the traits that are asked for by something else than an equal
    /// value: no index knows those. Nil where the query asks for none.
    private func typesWithTraits(of query: EventQuery) async throws(SQLError) -> [Int64]? {
        if query.eventType != nil { return nil }
        var traits = query.traits.filter { $0.comparison != .equal }.map {
            TraitDescription(name: $0.name, type: $0.operand.type)
        }
        if let having = query.having { traits.append(having) }
        var types: Set<Int64>?
        for trait in traits {
            let found = try await rows.connection.query(
                """
                SELECT event_type_id FROM trait_name
                WHERE name = \(trait.name) AND trait_type = \(trait.type.rawValue)
                """, within: rows.limit)
            let ids = Set(found.map { $0.integer(0) })
            types = types.map { $0.intersection(ids) } ?? ids
        }
        return types?.sorted()
    }
}
