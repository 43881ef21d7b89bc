package import EventCopy
package import EventStore
package import SQL
import SQLStorage
import Values

/// A database of Panko, as a source: its events in the order of their rows. Only read.
package struct PankoDatabase<Connection: SQLConnection>: CopySource {
    private let connections: ConnectionPool<Connection>
    private let dialect: PankoDialect
    private let reader: PankoEventReader
    private let pageSize: Int
    private let pageBytes: Int

    /// - Parameters:
    ///   - pageSize: most events of a page.
    ///   - pageBytes: a page ends with the event whose `raw` takes it beyond so many bytes.
    package init(
        _ connections: ConnectionPool<Connection>, _ dialect: PankoDialect,
        digest: @escaping ContentDigest, pageSize: Int = 1000, pageBytes: Int = 8 << 20
    ) {
        self.connections = connections
        self.dialect = dialect
        reader = PankoEventReader(dialect, digest: digest)
        self.pageSize = pageSize
        self.pageBytes = pageBytes
    }

    package func eventCount() async throws(StorageError) -> Int? {
        try await withSnapshot { connection throws(SQLError) -> Int? in
            let rows = try await connection.query(
                "SELECT count(*) FROM event", within: .seconds(600))
            return rows.first.map { Int($0.integer(0)) }
        }
    }

    package func page(after position: SourcePosition?) async throws(StorageError) -> SourcePage? {
        let first = try rowNumber(position)
        let rows = try await withSnapshot { connection throws(SQLError) in
            try await self.rows(after: first, in: connection)
        }
        guard let last = rows.last else { return nil }
        var events: [Event] = []
        var changes: [SourceChange] = []
        for row in rows {
            let made = reader.event(row)
            events.append(made.event)
            changes += made.changes
        }
        return SourcePage(events: events, end: SourcePosition("row \(last.id)"), changes: changes)
    }

    private func rowNumber(_ position: SourcePosition?) throws(StorageError) -> Int64? {
        guard let position else { return nil }
        guard position.text.hasPrefix("row "), let number = Int64(position.text.dropFirst(4)) else {
            throw .invalidQuery(reason: "\(position.text) is no row of a database of Panko")
        }
        return number
    }

    private func rows(
        after first: Int64?, in connection: Connection
    ) async throws(SQLError) -> [PankoRow] {
        let statements = PankoStatements(dialect, after: first)
        let sizes = try await connection.query(statements.sizes(limit: pageSize))
        guard let last = lastOfPage(sizes) else { return [] }
        var rows = try await connection.query(statements.events(to: last)).map(PankoRow.init)
        let places = Dictionary(uniqueKeysWithValues: zip(rows.map(\.id), rows.indices))
        for type in TraitType.allCases {
            for trait in try await connection.query(statements.traits(type, to: last)) {
                // A trait without an event is nobody's: Panko does not show it, either.
                guard let place = places[trait.integer(0)] else { continue }
                rows[place].traits.append(PankoTrait(type, trait))
            }
        }
        return rows
    }

    /// - Parameter sizes: ids and bytes of `raw`, in order.
    private func lastOfPage(_ sizes: [SQLRow]) -> Int64? {
        var bytes = 0
        for row in sizes {
            bytes += Int(row.integer(1))
            if bytes > pageBytes { return row.integer(0) }
        }
        return sizes.last?.integer(0)
    }

    private func withSnapshot<Output: Sendable>(
        _ body: (Connection) async throws(SQLError) -> Output
    ) async throws(StorageError) -> Output {
        do throws(SQLError) {
            return try await connections.withConnection { connection throws(SQLError) in
                try await connection.run(script: dialect.begin)
                do throws(SQLError) {
                    let output = try await body(connection)
                    try await connection.run(script: "COMMIT")
                    return output
                } catch {
                    // Where the link is lost there is nothing left to end.
                    if await connection.isUsable { try? await connection.run(script: "ROLLBACK") }
                    throw error
                }
            }
        } catch {
            throw StorageError(error)
        }
    }
}
