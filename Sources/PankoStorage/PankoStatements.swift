import EventStore
import SQL

/// The statements that read one page: all rows of five tables between two row numbers.
struct PankoStatements {
    private let dialect: PankoDialect
    private let first: Int64?

    /// - Parameter first: the page begins after this row; nil for the first page.
    init(_ dialect: PankoDialect, after first: Int64?) {
        self.dialect = dialect
        self.first = first
    }

    /// Row numbers and bytes of `raw`, so that the page can end before it takes too much memory.
    func sizes(limit: Int) -> SQLStatement {
        "SELECT id, \(dialect.rawSize) FROM event WHERE \(after("id")) ORDER BY id LIMIT \(limit)"
    }

    /// A row may have no type, and its type may have no name.
    func events(to last: Int64) -> SQLStatement {
        """
        SELECT event.id, event.message_id, event_type.\(dialect.description), \
        \(dialect.time("event.generated")), event.raw \
        FROM event LEFT JOIN event_type ON event_type.id = event.event_type_id \
        WHERE \(after("event.id")) AND event.id <= \(last) ORDER BY event.id
        """
    }

    func traits(_ type: TraitType, to last: Int64) -> SQLStatement {
        let value = type == .datetime ? dialect.time("value") : "value"
        return """
            SELECT event_id, \(dialect.key), \(value) FROM \(table(type)) \
            WHERE \(after("event_id")) AND event_id <= \(last)
            """
    }

    private func after(_ column: SQLStatement) -> SQLStatement {
        guard let first else { return "1 = 1" }
        return "\(column) > \(first)"
    }

    private func table(_ type: TraitType) -> SQLStatement {
        switch type {
        case .text: "trait_text"
        case .integer: "trait_int"
        case .float: "trait_float"
        case .datetime: "trait_datetime"
        }
    }
}
