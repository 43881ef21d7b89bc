import EventStore
import PostgreSQL
import SQL
import Values

/// Writes a group of events in one transaction.
///
/// First the ids, which the server takes or knows already; then the rows of those it took. So no
/// event is written that is not new, and none is looked at twice.
struct EventWriter {
    let connection: PostgreSQLConnection
    let types: EventTypeTable
    let smallestCopy: Int

    /// A group whose commit waits longer than this is given up as lost.
    private static let limit = Duration.seconds(60)

    /// - Parameters:
    ///   - earlier: places in the group whose ids an attempt with an unknown outcome has taken: if
    ///     they are there now, with our content, that attempt was committed.
    ///   - taken: told which places have new ids, before they are committed.
    func write(
        _ group: EventGroup, earlier: Set<Int>, taken: ([Int]) -> Void
    ) async throws(SQLError) -> [StoredID] {
        let typeIDs = try await types.note(group.events, on: connection)
        do throws(SQLError) {
            let isNew = try await takeIDs(of: group.events)
            let places = group.events.indices.filter { isNew[$0] }
            taken(places)
            var stored = Array(repeating: StoredID.new, count: group.events.count)
            if places.count < group.events.count {
                let known = group.events.indices.filter { !isNew[$0] }
                let digests = try await knownDigests(of: known.map { group.events[$0] })
                for place in known {
                    let prepared = group.events[place]
                    guard let digest = digests[ExactText(prepared.event.messageID)] else {
                        throw Self.vanished
                    }
                    let isOurs = earlier.contains(place) && digest == prepared.digest
                    stored[place] = isOurs ? .new : .known(digest: digest)
                }
            }
            if !earlier.isEmpty { try await forceWaitForDisk() }
            try await commit(
                places.compactMap { place in
                    typeIDs[ExactText(group.events[place].event.eventType)].map {
                        TypedEvent(prepared: group.events[place], typeID: $0)
                    }
                })
            return stored
        } catch {
            // Where the link is lost the server rolls back by itself.
            if await connection.isUsable { _ = try? await connection.execute("ROLLBACK") }
            throw error
        }
    }

    /// Begins the transaction, too.
    ///
    /// - Returns: for each event, whether nobody had taken its id.
    private func takeIDs(of events: [PreparedEvent]) async throws(SQLError) -> [Bool] {
        let rows = try await connection.begin(
            with: """
                INSERT INTO event_id (message_id, generated, digest)
                SELECT message_id, generated, digest FROM unnest(
                    \(.blob(BinaryArray.texts(events.map(\.event.messageID))))::text[],
                    \(.blob(BinaryArray.times(events.map(\.event.generated.microseconds))))::timestamptz[],
                    \(.blob(BinaryArray.blobs(events.map(\.digest))))::bytea[]
                ) AS incoming (message_id, generated, digest)
                ON CONFLICT (message_id) DO NOTHING RETURNING message_id
                """, within: Self.limit)
        if rows.count == events.count { return Array(repeating: true, count: rows.count) }
        let new = Set(rows.map { ExactText($0.text(0)) })
        return events.map { new.contains(ExactText($0.event.messageID)) }
    }

    private func knownDigests(
        of events: [PreparedEvent]
    ) async throws(SQLError) -> [ExactText: [UInt8]] {
        let rows = try await connection.query(
            """
            SELECT message_id, digest FROM event_id
            WHERE message_id = ANY(\(.blob(BinaryArray.texts(events.map(\.event.messageID))))::text[])
            """, within: Self.limit)
        return rows.reduce(into: [:]) { $0[ExactText($1.text(0))] = $1.blob(1) }
    }

    /// Ends the transaction with the rows of the events that are new.
    private func commit(_ events: [TypedEvent]) async throws(SQLError) {
        if events.count >= smallestCopy {
            try await connection.commit(
                withCopy: """
                    COPY event
                        (generated, event_type_id, project_key, message_id, trait_keys, traits, raw)
                    FROM STDIN (FORMAT binary)
                    """, EventRowData(events).bytes, within: Self.limit)
        } else if events.isEmpty {
            // As a statement of its own, COMMIT can be lost as well.
            try await connection.commit(with: "SELECT 1", within: Self.limit)
        } else {
            try await connection.commit(with: arrays(of: events), within: Self.limit)
        }
    }

    private func arrays(of typed: [TypedEvent]) -> SQLStatement {
        let types = typed.map(\.typeID)
        let events = typed.map(\.prepared)
        let keys = events.map { "{" + $0.traitKeys.map(String.init).joined(separator: ",") + "}" }
        let traits = events.map { String(decoding: $0.traits, as: UTF8.self) }
        return """
            INSERT INTO event
                (generated, event_type_id, project_key, message_id, trait_keys, traits, raw)
            SELECT generated, event_type_id, project_key, message_id, trait_keys::integer[],
                traits::jsonb, raw
            FROM unnest(
                \(.blob(BinaryArray.times(events.map(\.event.generated.microseconds))))::timestamptz[],
                \(.blob(BinaryArray.integers(types)))::bigint[],
                \(.blob(BinaryArray.halves(events.map(\.projectKey))))::integer[],
                \(.blob(BinaryArray.texts(events.map(\.event.messageID))))::text[],
                \(.blob(BinaryArray.texts(keys)))::text[],
                \(.blob(BinaryArray.texts(traits)))::text[],
                \(.blob(BinaryArray.optionalTexts(events.map(\.raw))))::text[]
            ) AS incoming
                (generated, event_type_id, project_key, message_id, trait_keys, traits, raw)
            """
    }

    /// What an attempt with an unknown outcome has committed is visible, and may not be on every disk
    /// yet that an acknowledgement waits for. A commit that writes something waits for all before it.
    private func forceWaitForDisk() async throws(SQLError) {
        _ = try await connection.query(
            "SELECT pg_logical_emit_message(true, 'annals', 'outcome looked up')::text",
            within: Self.limit)
    }

    /// The id was there and is no more: retention ran in between. The whole group is tried again.
    private static let vanished = SQLError(
        kind: .deadlock, code: 0, state: "40001",
        message: "an event was deleted while its id was compared")
}
