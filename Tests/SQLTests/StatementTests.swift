import SQL
import Testing

@Suite("Statements")
struct StatementTests {
    @Test("keep values apart from text, numbered in their order")
    func binds() {
        let id = "x'; DROP TABLE event --"
        var statement: SQLStatement = "SELECT raw FROM event WHERE message_id = \(id)"
        statement += " AND generated >= \(17)"
        #expect(
            statement.text { "$\($0)" }
                == "SELECT raw FROM event WHERE message_id = $1 AND generated >= $2")
        #expect(
            statement.text { _ in "?" }
                == "SELECT raw FROM event WHERE message_id = ? AND generated >= ?")
        #expect(statement.values == [.text(id), .integer(17)])
    }

    @Test("hold other statements with their values")
    func nesting() {
        let inner: SQLStatement = "type = \("a")"
        let outer: SQLStatement = "WHERE \(inner) AND id > \(SQLValue.null)"
        #expect(outer.text { "$\($0)" } == "WHERE type = $1 AND id > $2")
        #expect(outer.values == [.text("a"), .null])
    }
}
